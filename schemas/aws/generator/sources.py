"""The packages that facts come from: exact versions with checksums, fetched by the registries' own clients."""

import ast
import dataclasses
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile


@dataclasses.dataclass(frozen=True)
class Pin:
    """A package: its bytes are those of `sha256`, or nothing is written."""

    name: str
    version: str
    registry: str
    file: str
    sha256: str
    licence: str
    command: tuple


PINS = (
    Pin(
        name="cfn-lint",
        version="1.58.0",
        registry="PyPI",
        file="cfn_lint-1.58.0-py3-none-any.whl",
        sha256="9d9f06043160756a6158f5c3f92a44ce38254b1c578127461608305bc8262987",
        licence="MIT-0",
        command=(sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "cfn-lint==1.58.0"),
    ),
    Pin(
        name="@aws-cdk/aws-service-spec",
        version="0.1.216",
        registry="npm",
        file="aws-cdk-aws-service-spec-0.1.216.tgz",
        sha256="2305b840c961bf7ab982a3e67a44cd2fe1f8fad78d8f2598c0fd36fbf17c9af8",
        licence="Apache-2.0",
        command=("npm", "pack", "--silent", "@aws-cdk/aws-service-spec@0.1.216"),
    ),
)


def download(pin, directory):
    """The file of a package, from `directory` if it is there already."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / pin.file
    if not path.is_file():
        subprocess.run(pin.command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != pin.sha256:
        sys.exit(f"{pin.name} {pin.version} has the checksum {found}, not {pin.sha256}")
    return path


class Wheel:
    """The files of the wheel below the package's directory."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)

    def names(self, prefix, suffix):
        prefix = f"cfnlint/{prefix}"
        names = (it for it in self.archive.namelist() if it.startswith(prefix) and it.endswith(suffix))
        return sorted(it.removeprefix("cfnlint/") for it in names)

    def json(self, name):
        return json.loads(self.archive.read(f"cfnlint/{name}"))

    def python(self, name):
        """A module as a syntax tree: constants are read off it, nothing of it is run."""
        return ast.parse(self.archive.read(f"cfnlint/{name}").decode())


def read_spec(path):
    """The tables of the service specification."""
    with tarfile.open(path) as archive:
        return json.loads(gzip.decompress(archive.extractfile("package/db.json.gz").read()))["schema"]
