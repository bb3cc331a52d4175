//! A C ABI over the `minijinja` crate: chat templates as Hugging Face's sandboxed Jinja environment runs them
//! (trim_blocks, lstrip_blocks, loop controls, Python's string methods, tojson, raise_exception, strftime_now).

use std::ffi::c_char;
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, State};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::{bytes, c_string};

const NAME: &str = "chat_template";

/// Fuel of one rendering: an instruction costs one, and so do 64 bytes of data made. It grows with the messages. It does
/// not see lists that hold one another many times over: src/text/chat.cc bounds the process as well.
const BASE_FUEL: u64 = 400_000;
const MAX_SOURCE: usize = 1 << 20;
/// `tojson` may meet a list that holds another many times over: what it writes is bounded on its own.
const MAX_JSON: usize = 4 << 20;
/// Nesting of macros and loops. A frame of the interpreter costs some kilobytes of stack.
const MAX_RECURSION: usize = 100;

/// Results of `ql_chat_load` and `ql_chat_render`.
const DONE: i32 = 0;
/// The template uses something that is not there, or is no template.
const UNSUPPORTED: i32 = 1;
/// The template itself says no, by `raise_exception`.
const REFUSED: i32 = 2;
/// It would take more work or memory than a chat template can need.
const TOO_MUCH: i32 = 3;

pub struct QlChat {
    environment: Environment<'static>,
}

struct Failure {
    code: i32,
    line: usize,
    reason: String,
}

impl Failure {
    fn new(code: i32, reason: impl Into<String>) -> Failure {
        Failure { code, line: 0, reason: reason.into() }
    }
}

/// What `raise_exception` threw, as the source of the engine's error.
#[derive(Debug)]
struct Raised(String);

impl std::fmt::Display for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Raised {}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let line = error.line().unwrap_or(0);
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = source {
            if let Some(raised) = cause.downcast_ref::<Raised>() {
                return Failure { code: REFUSED, line, reason: raised.0.clone() };
            }
            if let Some(inner) = cause.downcast_ref::<Error>() {
                let recursion = inner.detail().is_some_and(|d| d.contains("recursion limit"));
                if inner.kind() == ErrorKind::OutOfFuel || recursion {
                    return Failure { code: TOO_MUCH, line, reason: describe(inner) };
                }
            }
            source = cause.source();
        }
        Failure { code: UNSUPPORTED, line, reason: describe(&error) }
    }
}

fn describe(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

fn raise_exception(message: Value) -> Result<Value, Error> {
    Err(invalid("raise_exception").with_source(Raised(message.to_string())))
}

/// Always the same moment, 26 July 2024, 00:00: what is computed must not depend on the day. It is the date that
/// templates of the Llama 3 family fall back to.
fn strftime_now(format: String) -> Result<String, Error> {
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        text.push_str(match letters.next() {
            Some('Y') => "2024",
            Some('y') => "24",
            Some('m') => "07",
            Some('B') => "July",
            Some('b') => "Jul",
            Some('d') => "26",
            Some('j') => "208",
            Some('A') => "Friday",
            Some('a') => "Fri",
            Some('H' | 'M' | 'S') => "00",
            Some('I') => "12",
            Some('p') => "AM",
            Some('%') => "%",
            _ => return Err(invalid("strftime_now knows Y y m B b d j A a H M S I p")),
        });
    }
    Ok(text)
}

/// json.dumps puts a space after separators.
struct Spaced(CompactFormatter);

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        w.write_all(if first { b"" } else { b", " })
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        w.write_all(if first { b"" } else { b", " })
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b": ")
    }
}

struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.0.len() + data.len() > MAX_JSON {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(data);
        Ok(data.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// json.dumps(value, ensure_ascii=False, indent=indent); other options of it are refused.
fn tojson(state: &State, value: Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let ascii: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    if ascii == Some(true) {
        return Err(invalid("tojson(ensure_ascii=true) is not supported"));
    }
    let mut out = Bounded(Vec::new());
    let written = match indent {
        Some(width) => {
            let spaces = vec![b' '; width.min(64)];
            value.serialize(&mut Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(&spaces)))
        }
        None => value.serialize(&mut Serializer::with_formatter(&mut out, Spaced(CompactFormatter))),
    };
    state.consume_fuel((out.0.len() / 4) as u64)?;
    written.map_err(|_| Error::from(ErrorKind::OutOfFuel))?;
    Ok(Value::from(String::from_utf8_lossy(&out.0).into_owned()))
}

/// Hugging Face marks the assistant's words with `{% generation %}`, which changes nothing of what is rendered: a scope
/// of its own stands in for it.
fn without_generation_tags(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(open) = rest.find("{%") {
        let (before, tag) = rest.split_at(open);
        text.push_str(before);
        let end = tag.find("%}").map_or(tag.len(), |at| at + 2);
        let words = tag[..end].trim_start_matches("{%").trim_end_matches("%}");
        text.push_str(&match words.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+') {
            "generation" => tag[..end].replace("generation", "with"),
            "endgeneration" => tag[..end].replace("endgeneration", "endwith"),
            _ => tag[..end].to_string(),
        });
        rest = &tag[end..];
    }
    text.push_str(rest);
    text
}

fn load(source: &[u8]) -> Result<QlChat, Failure> {
    if source.len() > MAX_SOURCE {
        return Err(Failure::new(TOO_MUCH, "the template is longer than 1 MiB"));
    }
    let source = std::str::from_utf8(source).map_err(|e| Failure::new(UNSUPPORTED, format!("not valid UTF-8: {e}")))?;
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_recursion_limit(MAX_RECURSION);
    environment.add_filter("tojson", tojson);
    environment.add_function("raise_exception", raise_exception);
    environment.add_function("strftime_now", strftime_now);
    environment.add_template_owned(NAME, without_generation_tags(source))?;
    Ok(QlChat { environment })
}

fn render(chat: &mut QlChat, context: &[u8]) -> Result<String, Failure> {
    chat.environment.set_fuel(Some(BASE_FUEL + context.len() as u64));
    let context: Value =
        serde_json::from_slice(context).map_err(|e| Failure::new(UNSUPPORTED, format!("bad context: {e}")))?;
    Ok(chat.environment.get_template(NAME)?.render(context)?)
}

/// Runs `body`; a failure or panic is written to `line` and `reason` and becomes the result.
unsafe fn guarded(
    line: *mut usize,
    reason: *mut *mut c_char,
    body: impl FnOnce() -> Result<(), Failure>,
) -> i32 {
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return DONE,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new(UNSUPPORTED, "the template library gave up"),
    };
    *line = failure.line;
    *reason = c_string(&failure.reason);
    failure.code
}

/// # Safety
/// `source` must point to `len` readable bytes; the last three must be writable. On success (0) the caller frees `*out`
/// with `ql_chat_free`, else `*reason` with `ql_string_free`; `*line` is 0 where no line is to blame.
#[no_mangle]
pub unsafe extern "C" fn ql_chat_load(
    source: *const u8,
    len: usize,
    out: *mut *mut QlChat,
    line: *mut usize,
    reason: *mut *mut c_char,
) -> i32 {
    guarded(line, reason, || {
        *out = Box::into_raw(Box::new(load(bytes(source, len))?));
        Ok(())
    })
}

/// # Safety
/// `chat` must come from `ql_chat_load` and not be freed yet, or be null.
#[no_mangle]
pub unsafe extern "C" fn ql_chat_free(chat: *mut QlChat) {
    if !chat.is_null() {
        drop(Box::from_raw(chat));
    }
}

/// Renders with the variables of `context`, a JSON object. On success (0) the caller frees the text with `ql_bytes_free`.
/// # Safety
/// `chat` must be live and in no other use; `context` must point to `len` readable bytes; the rest must be writable.
#[no_mangle]
pub unsafe extern "C" fn ql_chat_render(
    chat: *mut QlChat,
    context: *const u8,
    len: usize,
    text: *mut *mut u8,
    text_len: *mut usize,
    line: *mut usize,
    reason: *mut *mut c_char,
) -> i32 {
    guarded(line, reason, || {
        let rendered = render(&mut *chat, bytes(context, len))?.into_bytes().into_boxed_slice();
        *text_len = rendered.len();
        *text = Box::into_raw(rendered) as *mut u8;
        Ok(())
    })
}

/// # Safety
/// `data` and `len` must be what `ql_chat_render` stored, once.
#[no_mangle]
pub unsafe extern "C" fn ql_bytes_free(data: *mut u8, len: usize) {
    drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(data, len)));
}
