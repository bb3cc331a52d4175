"""The part of JSON Schema 2020-12 that docs/schema uses. A keyword it does not know is an error, never skipped."""

import re

SILENT = {"$schema", "$id", "$defs", "title", "description"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


def faults(value, schema, root=None, at="$"):
    """Where `value` does not fit, as lines; empty where it does."""
    root = root or schema
    if "type" in schema and (wrong := check_type(value, schema["type"], schema, root, at)):
        return wrong  # what the other keywords ask has no meaning then
    found = []
    for keyword, asked in schema.items():
        if keyword not in SILENT:
            check = globals().get("check_" + keyword.lstrip("$").lower())
            if check is None:
                raise NotImplementedError(f"JSON Schema keyword {keyword}")
            found += check(value, asked, schema, root, at)
    return found


def fault_unless(good, at, message):
    return [] if good else [f"{at}: {message}"]


def check_ref(value, asked, schema, root, at):
    return faults(value, root["$defs"][asked.removeprefix("#/$defs/")], root, at)


def check_type(value, asked, schema, root, at):
    return fault_unless(TYPES[asked](value), at, f"no {asked}: {value!r:.60}")


def check_properties(value, asked, schema, root, at):
    if not isinstance(value, dict):
        return []
    return [fault for key, part in asked.items() if key in value for fault in faults(value[key], part, root, f"{at}.{key}")]


def check_required(value, asked, schema, root, at):
    return [f"{at}: lacks {key}" for key in asked if isinstance(value, dict) and key not in value]


def check_additionalproperties(value, asked, schema, root, at):
    if not isinstance(value, dict):
        return []
    others = [key for key in value if key not in schema.get("properties", {})]
    if asked is False:
        return [f"{at}: has {key}" for key in others]
    return [fault for key in others for fault in faults(value[key], asked, root, f"{at}.{key}")]


def check_propertynames(value, asked, schema, root, at):
    return [fault for key in value for fault in faults(key, asked, root, f"{at}.{key} (name)")]


def check_items(value, asked, schema, root, at):
    if not isinstance(value, list):
        return []
    return [fault for i, item in enumerate(value) for fault in faults(item, asked, root, f"{at}[{i}]")]


def check_oneof(value, asked, schema, root, at):
    all_faults = [faults(value, one, root, at) for one in asked]
    fitting = sum(not one for one in all_faults)
    if fitting == 1:
        return []
    nearest = min(all_faults, key=len)
    return nearest if fitting == 0 else [f"{at}: fits {fitting} of what it may be one of"]


def check_enum(value, asked, schema, root, at):
    return fault_unless(value in asked, at, f"none of {asked}: {value!r:.60}")


def check_const(value, asked, schema, root, at):
    return fault_unless(value == asked, at, f"not {asked!r}")


def check_pattern(value, asked, schema, root, at):
    return fault_unless(re.search(asked, value), at, f"does not match {asked}")


def check_minimum(value, asked, schema, root, at):
    return fault_unless(value >= asked, at, f"below {asked}: {value}")


def check_maximum(value, asked, schema, root, at):
    return fault_unless(value <= asked, at, f"above {asked}: {value}")


def check_minlength(value, asked, schema, root, at):
    return fault_unless(len(value) >= asked, at, "too short")
