//! A C ABI over the `tokenizers` crate. Every entry catches panics: the crate panics on some crafted definitions.
//! Strings cross as (pointer, length) on the way in and as nul-terminated strings that the caller frees on the way out.

mod chat;

use std::ffi::{c_char, CString};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::slice;

use tokenizers::Tokenizer;

const RETRIES: std::ffi::c_ulong = 10_000_000;
const OPEN_CHOICES: std::ffi::c_uint = 8_000_000;

/// Ids of a batch: row i is ids[offsets[i]..offsets[i + 1]].
#[repr(C)]
pub struct QlIds {
    ids: *mut u32,
    ids_len: usize,
    offsets: *mut usize,
    offsets_len: usize,
}

#[repr(C)]
pub struct QlText {
    data: *const u8,
    len: usize,
}

fn c_string(text: &str) -> *mut c_char {
    CString::new(text.replace('\0', " ")).unwrap_or_default().into_raw()
}

/// Runs `body`; on failure or panic stores the reason in `*error` and returns `fallback`.
fn guarded<T>(error: *mut *mut c_char, fallback: T, body: impl FnOnce() -> Result<T, String>) -> T {
    let reason = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value,
        Ok(Err(reason)) => reason,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown reason");
            format!("the tokenizer library gave up: {text}")
        }
    };
    if !error.is_null() {
        unsafe { *error = c_string(&reason) };
    }
    fallback
}

unsafe fn bytes<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        &[]
    } else {
        slice::from_raw_parts(data, len)
    }
}

/// # Safety
/// `json` must point to `len` readable bytes; `error` must be null or writable.
#[no_mangle]
pub unsafe extern "C" fn ql_tokenizer_load(
    json: *const u8,
    len: usize,
    error: *mut *mut c_char,
) -> *mut Tokenizer {
    static READY: std::sync::Once = std::sync::Once::new();
    READY.call_once(|| {
        // A panic is reported as an error; its default message on stderr would only repeat it.
        std::panic::set_hook(Box::new(|_| {}));
        // A definition's patterns come from anywhere. A search that tries this often (under a tenth of a
        // second) or keeps so many open choices fails, and onig's panic becomes an error.
        onig_sys::onig_set_retry_limit_in_match(RETRIES);
        onig_sys::onig_set_retry_limit_in_search(RETRIES);
        onig_sys::onig_set_match_stack_limit_size(OPEN_CHOICES);
    });
    guarded(error, std::ptr::null_mut(), || {
        let mut tokenizer = Tokenizer::from_bytes(bytes(json, len)).map_err(|e| e.to_string())?;
        tokenizer.with_truncation(None).map_err(|e| e.to_string())?;
        tokenizer.with_padding(None);
        Ok(Box::into_raw(Box::new(tokenizer)))
    })
}

/// # Safety
/// `tokenizer` must come from `ql_tokenizer_load` and not be freed yet, or be null.
#[no_mangle]
pub unsafe extern "C" fn ql_tokenizer_free(tokenizer: *mut Tokenizer) {
    if !tokenizer.is_null() {
        drop(Box::from_raw(tokenizer));
    }
}

/// # Safety
/// `texts` must point to `count` entries whose bytes are readable; `out` must be writable. On success (1) the caller
/// frees `out` with `ql_ids_free`.
#[no_mangle]
pub unsafe extern "C" fn ql_tokenizer_encode(
    tokenizer: *const Tokenizer,
    texts: *const QlText,
    count: usize,
    add_special: i32,
    out: *mut QlIds,
    error: *mut *mut c_char,
) -> i32 {
    guarded(error, 0, || {
        let rows = if count == 0 { &[] } else { slice::from_raw_parts(texts, count) };
        let mut inputs = Vec::with_capacity(count);
        for (index, row) in rows.iter().enumerate() {
            let text = std::str::from_utf8(bytes(row.data, row.len))
                .map_err(|e| format!("text {index} of the batch is not valid UTF-8: {e}"))?;
            inputs.push(text);
        }
        // One text is not worth waking other threads for.
        let encodings = match inputs[..] {
            [text] => (*tokenizer).encode_fast(text, add_special != 0).map(|encoding| vec![encoding]),
            _ => (*tokenizer).encode_batch_fast(inputs, add_special != 0),
        }
        .map_err(|e| e.to_string())?;
        let mut offsets = Vec::with_capacity(count + 1);
        let mut ids = Vec::with_capacity(encodings.iter().map(|e| e.len()).sum());
        offsets.push(0);
        for encoding in &encodings {
            ids.extend_from_slice(encoding.get_ids());
            offsets.push(ids.len());
        }
        let ids = ids.into_boxed_slice();
        let offsets = offsets.into_boxed_slice();
        *out = QlIds {
            ids_len: ids.len(),
            offsets_len: offsets.len(),
            ids: Box::into_raw(ids) as *mut u32,
            offsets: Box::into_raw(offsets) as *mut usize,
        };
        Ok(1)
    })
}

/// # Safety
/// `ids` must hold what `ql_tokenizer_encode` stored, once.
#[no_mangle]
pub unsafe extern "C" fn ql_ids_free(ids: QlIds) {
    drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(ids.ids, ids.ids_len)));
    drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(ids.offsets, ids.offsets_len)));
}

/// The id of a token, -1 when there is none.
/// # Safety
/// `token` must point to `len` readable bytes.
#[no_mangle]
pub unsafe extern "C" fn ql_tokenizer_token_id(
    tokenizer: *const Tokenizer,
    token: *const u8,
    len: usize,
) -> i64 {
    guarded(std::ptr::null_mut(), -1, || {
        let token = std::str::from_utf8(bytes(token, len)).map_err(|e| e.to_string())?;
        Ok((*tokenizer).token_to_id(token).map_or(-1, i64::from))
    })
}

/// One more than the largest id, added tokens included; -1 on failure.
/// # Safety
/// `tokenizer` must be live.
#[no_mangle]
pub unsafe extern "C" fn ql_tokenizer_vocab_size(tokenizer: *const Tokenizer) -> i64 {
    guarded(std::ptr::null_mut(), -1, || {
        let largest = (*tokenizer).get_vocab(true).into_values().max();
        Ok(largest.map_or(0, |id| i64::from(id) + 1))
    })
}

/// The text of ids, null on failure; freed with `ql_string_free`.
/// # Safety
/// `ids` must point to `count` readable ids.
#[no_mangle]
pub unsafe extern "C" fn ql_tokenizer_decode(
    tokenizer: *const Tokenizer,
    ids: *const u32,
    count: usize,
    skip_special: i32,
    error: *mut *mut c_char,
) -> *mut c_char {
    guarded(error, std::ptr::null_mut(), || {
        let ids = if count == 0 { &[] } else { slice::from_raw_parts(ids, count) };
        let text = (*tokenizer).decode(ids, skip_special != 0).map_err(|e| e.to_string())?;
        Ok(c_string(&text))
    })
}

/// # Safety
/// `text` must come from this library, once, or be null.
#[no_mangle]
pub unsafe extern "C" fn ql_string_free(text: *mut c_char) {
    if !text.is_null() {
        drop(CString::from_raw(text));
    }
}
