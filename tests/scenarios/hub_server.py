"""A small model hub for tests, on two ports: the hub itself and the place where it sends large files' readers.

It answers as the real one does: a listing with the commit, HEAD and GET of files, a redirect to the other port with
X-Linked-* headers for large files, ranges. Faults are told to it by file; every request is kept in `log`.
"""

import collections
import hashlib
import http.server
import json
import ssl
import sys
import threading
import time
import urllib.parse

Request = collections.namedtuple("Request", "port method path token range")


def git_blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Model:
    """Files of one commit. `large` files live on the other port and are named by SHA-256."""

    def __init__(self, files, large=(), token=None, commit=None):
        self.files, self.large, self.token = files, set(large), token
        self.commit = commit or hashlib.sha1(repr(sorted(files.items())).encode()).hexdigest()
        self.siblings = sorted(files)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], OSError):  # clients that hang up are what these tests are about
            super().handle_error(request, address)


class Hub:
    def __init__(self, certificate=None):
        self.models = {}  # (id, revision) -> Model
        self.faults = {}  # file name, or "listing" -> list of faults, one a request; see Handler.body
        self.log = []
        self.lock = threading.Lock()
        self.hub, self.store = self.listen("hub", certificate), self.listen("store", certificate)

    def listen(self, role, certificate):
        handler = type("Handler", (Handler,), {"hub": self, "role": role})
        server = Server(("127.0.0.1", 0), handler)
        server.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.scheme = "https"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def url(self, server=None):
        server = server or self.hub
        return f"{server.scheme}://127.0.0.1:{server.server_address[1]}"

    def add(self, name, model, *revisions):
        for revision in (*revisions, model.commit):
            self.models[name, revision] = model
        return model

    def fault(self, what):
        with self.lock:
            waiting = self.faults.get(what, [])
            return waiting.pop(0) if waiting else None

    def requests(self, method=None, part="", port=None):
        return [r for r in self.log if (not method or r.method == method) and part in r.path and (not port or r.port == port)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        self.hub.log.append(Request(self.role, self.command, self.path, token, self.headers.get("Range")))
        try:
            self.answer_hub(token) if self.role == "hub" else self.answer_store()
        except OSError:
            self.close_connection = True

    def say(self, status, headers=(), body=b""):
        self.send_response(status)
        names = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in names:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_hub(self, token):
        parts = [urllib.parse.unquote(part) for part in self.path.lstrip("/").split("/")]
        if parts[:2] == ["api", "models"] and "revision" in parts:
            at = parts.index("revision")
            return self.listing("/".join(parts[2:at]), parts[at + 1], token)
        if "resolve" not in parts:
            return self.say(404)
        at = parts.index("resolve")
        name, commit, file = "/".join(parts[:at]), parts[at + 1], "/".join(parts[at + 2:])
        model = self.hub.models.get((name, commit))
        if not model or file not in model.files:
            return self.say(404, [("X-Error-Code", "EntryNotFound"), ("X-Error-Message", "Entry not found")])
        if model.token and token != model.token:
            return self.say(401)
        data = model.files[file]
        fault = self.hub.fault("HEAD " + file) if self.command == "HEAD" else None
        if fault and fault[0] == "headers":
            return self.say(200, fault[1])
        if fault and fault[0] == "status":
            return self.say(fault[1], fault[2] if len(fault) > 2 else ())
        common = [("X-Repo-Commit", model.commit)]
        if file in model.large:
            digest = hashlib.sha256(data).hexdigest()
            location = f"{self.hub.url(self.hub.store)}/{digest}/{urllib.parse.quote(file)}"
            self.hub.store.bytes = getattr(self.hub.store, "bytes", {})
            self.hub.store.bytes[digest] = data
            return self.say(302, [*common, ("X-Linked-Etag", f'"{digest}"'), ("X-Linked-Size", str(len(data))),
                                  ("ETag", '"of-the-redirect"'), ("Location", location)])
        self.body(file, data, [*common, ("ETag", f'"{git_blob(data)}"')])

    def listing(self, name, revision, token):
        fault = self.hub.fault("listing")
        if fault and fault[0] == "status":
            return self.say(fault[1], fault[2] if len(fault) > 2 else ())
        if fault and fault[0] == "raw":
            return self.say(200, fault[2] if len(fault) > 2 else (), fault[1])
        model = self.hub.models.get((name, revision))
        if not model:
            return self.say(404, [("X-Error-Code", "RepoNotFound"), ("X-Error-Message", "Repository not found")])
        if model.token and token != model.token:
            return self.say(401, [("X-Error-Message", "Access to model is restricted\x07")])
        info = {"id": name, "sha": model.commit, "siblings": [{"rfilename": file} for file in model.siblings]}
        self.say(200, [("Content-Type", "application/json")], json.dumps(info).encode())

    def answer_store(self):
        digest, file = self.path.lstrip("/").split("/", 1)
        self.body(urllib.parse.unquote(file), self.hub.store.bytes[digest], [("ETag", '"of-the-store"')])

    def body(self, file, data, headers):
        """Faults: ("cut", n): ends after n bytes; ("stall", n): stands still after n bytes; ("slow", n, seconds): waits
        after each n bytes; ("wrong",): another byte; ("more", bytes): without a length, more than promised;
        ("no range",); ("lying range",); ("status", code[, headers])."""
        fault = self.hub.fault(file) if self.command == "GET" else None
        kind = fault[0] if fault else ""
        asked = self.headers.get("Range")
        if kind == "status":
            return self.say(fault[1], fault[2] if len(fault) > 2 else ())
        if kind == "wrong":
            data = data[:-1] + bytes([data[-1] ^ 1])
        begin = 0
        if asked and kind != "no range":
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(data):
                return self.say(416, [("Content-Range", f"bytes */{len(data)}")])
            at = begin + 1 if kind == "lying range" else begin
            headers = [*headers, ("Content-Range", f"bytes {at}-{len(data) - 1}/{len(data)}")]
        rest = data[begin:]
        self.send_response(206 if begin else 200)
        for name, value in headers:
            self.send_header(name, value)
        if kind == "more":
            self.send_header("Connection", "close")
            self.close_connection = True
            rest += fault[1]
        else:
            self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if kind in ("cut", "stall"):
            self.wfile.write(rest[:fault[1]])
            self.wfile.flush()
            self.close_connection = True
            while kind == "stall" and not self.wfile.closed:  # until the reader gives up
                time.sleep(0.1)
                self.wfile.write(b"")
                if self.connection.recv(1) == b"":
                    return
        elif kind == "slow":
            for at in range(0, len(rest), fault[1]):
                self.wfile.write(rest[at:at + fault[1]])
                self.wfile.flush()
                time.sleep(fault[2])
        else:
            self.wfile.write(rest)
