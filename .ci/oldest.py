"""Print pip constraints for the oldest versions of everything that pyproject.toml asks for itself.

    python .ci/oldest.py > oldest.txt && pip install -c oldest.txt '.[test]'

A lower bound is a promise. What these versions depend on is as new as may be, as on a machine that has had Haven for
long. The extra "torch" is left out: another torch would be another 5 GB.
"""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
for requirement in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
    found = re.fullmatch(r"([\w-]+)>=([\w.]+)(;.+)?", requirement)
    if not found:
        raise SystemExit(f"{requirement!r} has no lower bound, or says more than that")
    print(f"{found[1]}=={found[2]}{found[3] or ''}")
