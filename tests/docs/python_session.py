"""A Python console that lives as long as the page does, as its reader's would."""

import json
import os
import subprocess

CONSOLE = """
import code, json, sys
sys.stderr = sys.stdout
console = code.InteractiveConsole()
for line in open(".inputs"):
    console.runsource(json.loads(line), symbol="single")
    print("\\1", end="", flush=True)
"""


class PythonSession:
    def __init__(self, folder, environment):
        os.mkfifo(folder / ".inputs")  # standard input is what the programs see that the session starts
        self.console = subprocess.Popen(["/usr/bin/python3", "-c", CONSOLE], cwd=folder, env=environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.inputs = open(folder / ".inputs", "w")

    def answer(self, source):
        """What the console prints to one input."""
        self.inputs.write(json.dumps(source) + "\n")
        self.inputs.flush()
        said = ""
        while not said.endswith("\1") and (letter := self.console.stdout.read(1)):
            said += letter
        return said.rstrip("\1")

    def close(self):
        self.inputs.close()
        self.console.wait(timeout=60)
        self.console.stdout.close()
