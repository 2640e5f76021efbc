"""A typed Python client made from the description of the API: one module that needs the standard library only.

It is written out whenever somebody asks for it, so that it cannot fall behind what it describes.
"""

from __future__ import annotations

import re
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WIDTH = 108
PLAIN = {"integer": "int", "number": "float", "boolean": "bool", "string": "str", "null": "None"}
BASE = '''\
"""Client of the Touchstone API, version {version}, made from its description. It needs the standard library only."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict, cast
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Refused(Exception):
    """The request was refused: `error` is a code, the message says it in words, `body` is all that was answered."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status, self.body = status, body
        self.error = str(body.get("error", ""))
        super().__init__(f"{{status}} {{self.error}}: {{body.get('message', '')}}")

'''
CLIENT = '''\
class Client:
    """The API at an address such as `https://touchstone.example.org`, for the owner of a token."""

    def __init__(self, address: str, token: str, *, timeout: float = 60.0) -> None:
        if not address.startswith(("https://", "http://")):
            raise ValueError("The address begins with https://")
        self.address, self.token, self.timeout = address.rstrip("/"), token, timeout

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        """Send one request and return status and body; replace it to go another way."""
        request = Request(url, data=body, headers=dict(headers), method=method)
        try:
            with urlopen(request, timeout=self.timeout) as response:
                return response.status, response.read()
        except HTTPError as error:
            return error.code, error.read()

    def every(self, listing: Callable[..., Any], *path: Any, **asked: Any) -> Iterator[Any]:
        """Yield all rows of a list, page by page: `every(client.audit_list, status="fieldwork")`."""
        while True:
            page = listing(*path, **asked)
            yield from page["items"]
            if page.get("next") is None:
                return
            asked["after"] = page["next"]

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        form: Mapping[str, Any] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> bytes:
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        sent = {"Authorization": f"Bearer {self.token}", "Accept": "*/*"}
        sent |= {name: value for name, value in (headers or {}).items() if value is not None}
        data = None
        if file is not None:
            sent["Content-Type"], data = _multipart(form or {}, file)
        elif body is not None:
            sent["Content-Type"], data = "application/json", json.dumps(body).encode()
        url = f"{self.address}{path}" + (f"?{urlencode(asked)}" if asked else "")
        status, answer = self.send(method, url, sent, data)
        if status >= 300:
            raise Refused(status, _read(answer))
        return answer
'''
TOOLS = """\
def _part(value: object) -> str:
    return quote(str(value), safe="")


def _read(answer: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"message": answer[:200].decode(errors="replace")}


def _multipart(form: Mapping[str, Any], file: tuple[str, bytes]) -> tuple[str, bytes]:
    edge = uuid.uuid4().hex
    parts = []
    for name, value in form.items():
        if value is not None:
            said = str(value).lower() if isinstance(value, bool) else str(value)
            head = f'--{edge}\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n'
            parts.append(f"{head}{said}\\r\\n".encode())
    label = file[0].replace("\\\\", "_").replace('"', "_").replace("\\r", "_").replace("\\n", "_")
    head = f'--{edge}\\r\\nContent-Disposition: form-data; name="file"; filename="{label}"\\r\\n'
    parts += [f"{head}Content-Type: application/octet-stream\\r\\n\\r\\n".encode(), file[1], b"\\r\\n"]
    return f"multipart/form-data; boundary={edge}", b"".join([*parts, f"--{edge}--\\r\\n".encode()])
"""


def client_source(schema: Mapping[str, Any]) -> str:
    """Return the module, for a description (OpenAPI 3.1) as ``openapi.json`` has it."""
    parts = [BASE.format(version=schema["info"]["version"])]
    parts += [_class_of(name, facts) for name, facts in schema["components"]["schemas"].items()]
    methods = [
        _method_of(path, method, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]
    parts.append(CLIENT + "".join(f"\n{indent(each, '    ')}" for each in methods))
    return "\n\n".join([*(part.rstrip("\n") + "\n" for part in parts), TOOLS])


def _class_of(name: str, facts: Mapping[str, Any]) -> str:
    words = _docstring(facts.get("description") or facts.get("title", name))
    if "enum" in facts:
        return f"{_name(name)} = Literal[{', '.join(map(repr, facts['enum']))}]\n"
    needed = set(facts.get("required", ()))
    fields = [
        f"    {field}: {_type(said) if field in needed else f'NotRequired[{_type(said)}]'}"
        for field, said in facts.get("properties", {}).items()
    ]
    return f"class {_name(name)}(TypedDict):\n{indent(words, '    ')}\n\n" + "\n".join(fields) + "\n"


def _method_of(path: str, method: str, operation: Mapping[str, Any]) -> str:
    """Return one method: what stands in the path by place, everything else by name."""
    placed, named = ["self"], []
    passed: dict[str, dict[str, str]] = {"query": {}, "header": {}}
    for each in operation.get("parameters", ()):
        argument = re.sub(r"\W", "_", each["name"]).lower()
        if each["in"] == "path":
            placed.append(f"{argument}: {_type(each['schema'])}")
            continue
        passed[each["in"]][each["name"]] = argument
        kind = _type(each["schema"])
        named.append(f"{argument}: {kind if 'None' in kind else f'{kind} | None'} = None")
    arguments, more = _body_of(operation)
    named += more
    at = re.sub(r"{(\w+)}", r"{_part(\1)}", path)
    call = [repr(method.upper()), f'f"{at}"' if at != path else f'"{path}"']
    for keyword, of in (("query", "query"), ("headers", "header")):
        if passed[of]:
            call.append(f"{keyword}={{{', '.join(f'{name!r}: {value}' for name, value in passed[of].items())}}}")
    call += arguments
    answer = _answer_of(operation)
    made = f"self._call({', '.join(call)})"
    back = f"return {made}" if answer == "bytes" else f'return cast("{answer}", json.loads({made}))'
    signature = ", ".join([*placed, *(["*", *named] if named else [])])
    words = _docstring(f"{operation['summary']}.\n\n{operation.get('description', '')}")
    return f"def {operation['operationId']}({signature}) -> {answer}:\n{indent(f'{words}{chr(10)}{back}', '    ')}\n"


def _body_of(operation: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return what is passed on as the body, and the arguments for it."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return ["body=body"], [f"body: {_type(content['application/json']['schema'])}"]
    if "multipart/form-data" not in content:
        return [], []
    schema = content["multipart/form-data"]["schema"]
    needed = set(schema.get("required", ()))
    fields = {name: said for name, said in schema["properties"].items() if name != "file"}
    named = ["file: tuple[str, bytes]"]
    for name, said in fields.items():
        kind = _type(said)
        named.append(f"{name}: {kind}" if name in needed else f"{name}: {kind.removesuffix(' | None')} | None = None")
    return [f"form={{{', '.join(f'{name!r}: {name}' for name in fields)}}}", "file=file"], named


def _answer_of(operation: Mapping[str, Any]) -> str:
    content = {str(status): each for status, each in operation["responses"].items()}["200"].get("content", {})
    schema = content.get("application/json", {}).get("schema")  # files that are JSON have none
    return _type(schema) if schema else "bytes"


def _type(said: Mapping[str, Any]) -> str:
    """Return a schema as a type."""
    if "$ref" in said:
        return _name(said["$ref"].rsplit("/", 1)[1])
    if "anyOf" in said:
        return " | ".join(dict.fromkeys(map(_type, said["anyOf"])))
    if "enum" in said:
        return f"Literal[{', '.join(map(repr, said['enum']))}]"
    kind = said.get("type", "")
    if kind == "array":
        return f"list[{_type(said['items']) if said.get('items') else 'Any'}]"
    if kind == "object":
        inner = said.get("additionalProperties")
        return f"dict[str, {_type(inner) if isinstance(inner, dict) and inner else 'Any'}]"
    return PLAIN.get(kind, "Any")


def _name(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _docstring(text: str) -> str:
    """Return words as a docstring, whatever quotes they hold."""
    lines = list(_wrapped(text.strip().replace("\\", "\\\\").replace('"""', "'''")))
    closing = '"""' if len(lines) == 1 else '\n"""'
    return f'"""{chr(10).join(lines)}{closing}'


def _wrapped(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        yield from ([""] if number else []) + (wrap(" ".join(paragraph.split()), WIDTH) or [""])
