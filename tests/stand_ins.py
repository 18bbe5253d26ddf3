"""Local servers in the layout of a file host and of Hugging Face's hub."""

import base64
import contextlib
import hashlib
import http.server
import json
import socket
import threading
import urllib.parse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextlib.contextmanager
def serving(handler, **known):
    """The address of a server, whose handler's class holds what is known."""
    kind = type("Handler", (handler,), known)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


class Host(http.server.BaseHTTPRequestHandler):
    """Files by path, from any byte on.

    `files` holds their bytes, `asked` collects each request's range and the process's timeout,
    and after `cut` bytes of the first answer the connection ends.
    """

    files: dict
    asked: list
    cut = None

    def log_message(self, *words):
        pass

    def do_HEAD(self):
        self.answer(self.body(), send=False)

    def do_GET(self):
        self.answer(self.body())

    def body(self):
        return self.files.get(urllib.parse.unquote(self.path.partition("?")[0]))

    def answer(self, content, send=True, **headers):
        self.asked.append((self.path, self.headers.get("Range"), socket.getdefaulttimeout()))
        if content is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        begin = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        if begin and begin >= len(content):
            self.send_response(416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        part = content[begin:]
        self.send_response(206 if begin else 200)
        sent = {"Content-Length": str(len(part)), "Accept-Ranges": "bytes", **headers}
        if begin:
            sent["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        for key, value in sent.items():
            self.send_header(key, value)
        self.end_headers()
        if send:
            cut, type(self).cut = self.cut, None
            self.wfile.write(part[:cut])


class Hub(Host):
    """A hub of one repository: `name`, and `files` by name."""

    name = "owner/name"
    made: list

    def json(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def resolved(self):
        prefix = f"/{self.name}/resolve/"
        path = urllib.parse.unquote(self.path.partition("?")[0])
        return self.files.get(path.removeprefix(prefix).partition("/")[2])

    def do_HEAD(self):
        self.file(send=False)

    def do_GET(self):
        if self.path.startswith(f"/api/models/{self.name}/tree"):
            self.json(
                [
                    {"type": "file", "path": n, "size": len(c), "oid": "0"}
                    for n, c in self.files.items()
                ]
            )
        elif self.path.startswith(f"/api/models/{self.name}"):
            siblings = [{"rfilename": n, "size": len(c)} for n, c in self.files.items()]
            self.json({"id": self.name, "sha": COMMIT, "siblings": siblings, "tags": []})
        else:
            self.file()

    def file(self, send=True):
        content = self.resolved()
        tag = hashlib.sha256(content or b"").hexdigest()
        self.answer(content, send, **{"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/api/repos/create":
            self.made.append(json.loads(body))
            self.json(
                {"url": f"https://huggingface.co/{self.name}", "id": self.name, "name": self.name}
            )
        elif self.path == "/api/validate-yaml":
            head = json.loads(body)["content"].split("---")[1]
            self.json({"errors": [] if "license" in head else ["no licence"], "warnings": []})
        elif "/preupload/" in self.path:
            asked = json.loads(body)["files"]
            self.json(
                {
                    "files": [
                        {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False}
                        for f in asked
                    ]
                }
            )
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    value = line["value"]
                    self.files[value["path"]] = base64.b64decode(value["content"])
            self.json(
                {
                    "commitUrl": f"https://huggingface.co/{self.name}/commit/{COMMIT}",
                    "commitOid": COMMIT,
                }
            )
        else:
            self.answer(None)
