"""Roots and certificates for the tests, made with openssl."""
from harness import run

EC_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def make_root(folder, name, title):
    run(["openssl", "req", "-x509", *EC_KEY, "-nodes", "-days", "2", "-subj", f"/CN={title}", "-keyout",
         folder / f"{name}.key", "-out", folder / f"{name}.crt"])


def make_certificate(workspace, folder, name, common_name, root="root", key=EC_KEY, sign=()):
    """<name>.key and <name>.crt, signed by <root>, for 127.0.0.1 and localhost."""
    run(["openssl", "req", *key, "-nodes", "-subj", f"/CN={common_name}", "-keyout", folder / f"{name}.key", "-out",
         folder / f"{name}.csr"])
    names = workspace.write(f"{folder.name}/names", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    run(["openssl", "x509", "-req", "-days", "2", "-in", folder / f"{name}.csr", "-CA", folder / f"{root}.crt",
         "-CAkey", folder / f"{root}.key", "-CAcreateserial", "-extfile", names, *sign, "-out",
         folder / f"{name}.crt"])


def certificates(workspace):
    """A root and a certificate for 127.0.0.1 and localhost."""
    folder = workspace.directory("tls", 0o755)
    make_root(folder, "root", "test root")
    make_certificate(workspace, folder, "server", "localhost")
    return folder
