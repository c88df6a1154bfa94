"""A browser without a window, driven by W3C WebDriver: Debian's chromium and chromium-driver."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request

_OPTIONS = {
    "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--window-size=1500,950", "--hide-scrollbars"]
}  # fmt: skip


class Browser:
    """Use as a context manager. Coordinates are those of the window's content, in CSS pixels."""

    def __enter__(self):
        self._home = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self._driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"HOME": self._home},
        )  # fmt: skip
        self._root = ""
        for line in self._driver.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                self._root = f"http://127.0.0.1:{found[1]}/session"
                break
        capabilities = {
            "browserName": "chrome", "goog:chromeOptions": _OPTIONS,
            "goog:loggingPrefs": {"browser": "ALL"},
        }  # fmt: skip
        made = self._call("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self._root += f"/{made['sessionId']}"
        return self

    def __exit__(self, *_):
        self._call("DELETE", "")
        self._driver.terminate()
        self._driver.communicate()
        shutil.rmtree(self._home, ignore_errors=True)

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._root + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self._call("POST", "/url", {"url": path.absolute().as_uri()})

    def run(self, script, *arguments):
        """What a function body returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, *arguments):
        """What it returns once that is true; at most ten seconds."""
        waiting = """
          const done = arguments[arguments.length - 1], begin = Date.now();
          const test = new Function(arguments[0]);
          const again = () => {
            const value = test(...arguments[1]);
            if (value || Date.now() - begin > 10000) done(value);
            else requestAnimationFrame(again);
          };
          again();"""
        return self._call("POST", "/execute/async", {"script": waiting, "args": [script, arguments]})

    def point(self, x, y, click=False):
        """Moves the pointer, and clicks."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        if click:
            moves += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        self._call("POST", "/actions", {"actions": [mouse]})

    def type(self, text):
        """Keys to what has the focus; \\ue007 is Enter, \\ue00c Escape."""
        keys = []
        for key in text:
            keys += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        keyboard = {"type": "key", "id": "keyboard", "actions": keys}
        self._call("POST", "/actions", {"actions": [keyboard]})

    def log(self):
        """Messages of the console since the last call."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))
