#!/usr/bin/env python3
"""The man page of rooster, out of what its commands say of themselves.

manual.py VERSION DATE <dump      dump: rooster --experimental-dump-help
"""
import json
import sys


def roff(text):
    """Text as troff takes it: nothing in it is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith((".", "\\(aq")) else line for line in text.split("\n"))


def name_of(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def heading(argument):
    """How an argument is written: `--settings SETTINGS`, `PHOTO...`."""
    value = argument.get("valueName", "").upper()
    names = ", ".join(f"\\fB{roff(name_of(name))}\\fR" for name in argument.get("names", []))
    if argument["kind"] == "positional":
        return f"\\fI{roff(value)}\\fR" + ("..." if argument.get("isRepeating") else "")
    return f"{names} \\fI{roff(value)}\\fR" if argument["kind"] == "option" else names


def shown(command):
    hidden = ("help",) if command["commandName"] == "rooster" else ("help", "version")
    return [a for a in command.get("arguments", []) if a.get("shouldDisplay", True) and a.get("valueName") not in hidden]


def usage(command, path):
    parts = [f"\\fB{roff(' '.join(path))}\\fR"]
    for argument in shown(command):
        words = heading(argument).split(", ")[-1]
        parts.append(f"[{words}]" if argument.get("isOptional") else words)
    return " ".join(parts)


def discussion(command):
    """Paragraphs; a line that begins with Example: stands by itself."""
    return [".PP\n" + roff(line) for line in command.get("discussion", "").split("\n") if line.strip()]


def arguments(command):
    lines = []
    for argument in shown(command):
        lines += [".TP", heading(argument), roff(argument.get("abstract", ""))]
        if argument.get("allValues"):
            lines.append("One of: " + roff(", ".join(argument["allValues"])) + ".")
        if argument.get("defaultValue"):
            lines.append("Preset: " + roff(argument["defaultValue"]) + ".")
    return lines


def commands(command, path):
    """This command's subcommands, each with its own below it."""
    lines = []
    for sub in command.get("subcommands", []):
        if sub["commandName"] == "help" or not sub.get("shouldDisplay", True):
            continue
        here = path + [sub["commandName"]]
        lines += [f".SS {usage(sub, here)}", roff(sub.get("abstract", ""))]
        lines += discussion(sub) + arguments(sub) + commands(sub, here)
    return lines


FILES = [
    ("/etc/rooster/rooster.yaml", "The settings, where there is no rooster.yaml in the directory it is started in."),
    ("/var/lib/rooster", "The record, kept pictures, model versions."),
    ("/var/spool/rooster", "The capture directory of the settings as they are installed."),
    ("/usr/share/rooster/models", "The model versions that come with it."),
    ("/usr/share/doc/rooster", "Every setting, cameras, Raspberry Pi, security."),
]
STATUS = [("0", "Done."), ("1", "Failed; rooster doctor: something is at fault."), ("2", "Wrong usage or settings.")]


def main():
    version, date = sys.argv[1:]
    command = json.load(sys.stdin)["command"]
    abstract = command["abstract"].rstrip(".")
    page = [
        f'.TH ROOSTER 1 "{date}" "rooster {version}" "Rooster"',
        ".SH NAME",
        f"rooster \\- {roff(abstract[0].lower() + abstract[1:])}",
        ".SH SYNOPSIS",
        "\\fBrooster\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]",
        ".SH DESCRIPTION",
        roff(command["abstract"]),
        *discussion(command),
        ".SH COMMANDS",
        *commands(command, [command["commandName"]]),
        ".SH OPTIONS",
        *arguments(command),
        ".TP",
        "\\fB\\-h\\fR, \\fB\\-\\-help\\fR",
        "Show what there is to say of a command.",
        ".SH EXIT STATUS",
        *[line for number, words in STATUS for line in (".TP", number, roff(words))],
        ".SH FILES",
        *[line for path, words in FILES for line in (".TP", f"\\fI{roff(path)}\\fR", roff(words))],
        ".SH SEE ALSO",
        roff("/usr/share/doc/rooster/RASPBERRY-PI.md.gz, systemctl(1), motion(1)"),
    ]
    print("\n".join(page))


main()
