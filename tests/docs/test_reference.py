#!/usr/bin/python3
"""docs/c-interface.md is what the headers say: test_reference.py BUILD."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

sys.path.insert(0, str(command.ROOT / "docs"))
sys.dont_write_bytecode = True
import make_reference

PAGE = command.ROOT / "docs" / "c-interface.md"


class Reference(command.Case):
    def test_it_is_up_to_date(self):
        self.assertTrue(PAGE.read_text() == make_reference.reference(),
                        "make it anew: docs/make_reference.py > docs/c-interface.md")

    def test_every_function_and_type_is_in_it(self):
        text = PAGE.read_text()
        for folder in make_reference.FOLDERS:
            for header in sorted((command.ROOT / folder).glob("*.h")):
                code = make_reference.COMMENT.sub("", header.read_text())
                names = re.findall(r"^(?:static inline )?\w[\w ]* \*?(ulam_\w+)\(|^\} (ulam_\w+);", code, re.M)
                self.assertIn(f"### `<ulam/{header.name}>`", text)
                for name in filter(None, sum(names, ())):
                    with self.subTest(header.name, name=name):
                        self.assertRegex(text, rf"(?m)^[^/`]*\b{name}\b[(;]")

    def test_no_bodies(self):
        self.assertNotIn("return ", "".join(re.findall(r"```c\n(.*?)```", make_reference.COMMENT.sub("", PAGE.read_text()), re.S)))


if __name__ == "__main__":
    command.main()
