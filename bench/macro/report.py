"""bench/RESULTS.md from what was measured; what people wrote above the line stays."""
import datetime
import json
import os
import platform
import subprocess

LINE = "<!-- measured by bench/macro/run.sh: everything below is written by it -->"


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        names = {line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")}
    return f"{os.cpu_count()} × {', '.join(sorted(names)) or platform.machine()}"


def version(command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()[0]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def transactions(results, group):
    """One line per workload; pgveil against its peers in the same run."""
    cells, peers = {}, []
    for row in results:
        if row["group"] == group:
            key = (row["workload"], row["protocol"], row["clients"])
            cells.setdefault(key, {})[row["contestant"]] = row
            if row["contestant"] not in peers:
                peers.append(row["contestant"])
    rows = []
    for (workload, protocol, clients), found in cells.items():
        ours = found["pgveil"]
        bouncer = found.get("pgbouncer session")
        rows.append([workload, protocol, str(clients),
                     *(f"{found[p]['tps']:.0f}" if p in found else "–" for p in peers),
                     f"{ours['tps'] / found['direct']['tps']:.2f}",
                     f"{ours['tps'] / bouncer['tps']:.2f}" if bouncer else "–",
                     f"{bouncer['cpu']:.3f}" if bouncer else "–", f"{ours['cpu']:.3f}",
                     " / ".join(f"{found['direct'][p]:.2f}" for p in ("p50", "p95", "p99")),
                     " / ".join(f"{ours[p]:.2f}" for p in ("p50", "p95", "p99")),
                     f"{max(row['spread'] for row in found.values()):.0%}"])
    return table(["workload", "protocol", "clients", *(f"{p} tps" for p in peers), "to direct", "to pgbouncer",
                  "pgbouncer CPU s/1000", "pgveil CPU s/1000", "direct p50 / p95 / p99 ms", "pgveil p50 / p95 / p99 ms",
                  "spread"], rows)


def one_by_one(results, group):
    """A line per contestant, for groups whose contestants differ in one setting."""
    rows = [[row["workload"], row["contestant"], str(row["clients"]), f"{row['tps']:.0f}", f"{row['cpu']:.3f}",
             " / ".join(f"{row[p]:.2f}" for p in ("p50", "p95", "p99")), f"{row['spread']:.0%}"]
            for row in results if row["group"] == group]
    return table(["workload", "", "clients", "tps", "CPU s/1000", "p50 / p95 / p99 ms", "spread"], rows)


def bulk(results):
    cells = {}
    for row in results:
        if row["group"] == "bulk":
            cells.setdefault(row["workload"], {})[row["contestant"]] = row
    rows = [[workload, *(f"{found[p]['rate'] / 1000:.0f}" if p in found else "–" for p in ("direct", "pgbouncer session", "pgveil")),
             f"{found['pgveil']['rate'] / found['direct']['rate']:.2f}", f"{found['pgveil']['us']:.2f}",
             f"{max(row['spread'] for row in found.values()):.0%}"] for workload, found in cells.items()]
    return table(["10 columns", "direct k rows/s", "pgbouncer", "pgveil", "to direct", "pgveil CPU µs/row", "spread"], rows)


def write_results(results, options, folder):
    commit = version(["git", "-C", str(folder), "rev-parse", "--short", "HEAD"])
    text = [LINE, "", f"{datetime.date.today()}, commit {commit}, {machine()}, {version(['pgbouncer', '--version'])}, "
            f"{version(['psql', '--version'])}. {options.rounds} rounds of {options.seconds} s in turn, medians; "
            "spread is (highest − lowest) / median of the widest contestant. Server, proxies and pgbench share the "
            "machine. CPU is user and system time of the proxy's process.", ""]
    titles = {"pass": "Nothing tagged (Pass)", "clinic": "The clinic: plain copy directly, sealed copy through pgveil",
              "connect": "Connect, SELECT 1, disconnect"}
    for group, title in titles.items():
        if any(row["group"] == group for row in results):
            text += [f"## {title}", "", *transactions(results, group), ""]
    if any(row["group"] == "bulk" for row in results):
        text += [f"## {options.rows:,} rows", "", *bulk(results), ""]
    for group, title in {"tls": "TLS on and off", "audit": "The audit log: synced or not, on disk and in memory"}.items():
        if any(row["group"] == group for row in results):
            text += [f"## {title}", "", *one_by_one(results, group), ""]
    memory = [[row["contestant"], f"{row['kb']:.1f}"] for row in results if row["group"] == "memory"]
    if memory:
        text += ["## Memory", "", *table(["", "kB per idle client"], memory), ""]
    path = folder / "RESULTS.md"
    above = path.read_text().split(LINE)[0] if path.exists() else "# Results\n\n"
    path.write_text(above + "\n".join(text))
    print(json.dumps({"written": str(path)}))
