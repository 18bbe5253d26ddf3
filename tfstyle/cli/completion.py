"""`tfstyle completion`."""

import argparse
import shlex

from tfstyle.cli.options import command

SHELLS = ("bash", "zsh", "fish")
FILES = (
    "PHOTO",
    "INPUT",
    "PAINTING",
    "PICTURE",
    "MASK",
    "SHEET",
    "FILE",
    "OUT",
    "CSV",
    "JSON",
    "VGG",
)
FOLDERS = ("DIR", "FOLDER")


def _completion(commands):
    parser = command(
        commands,
        "completion",
        _run_completion,
        "print what makes a shell complete commands, flags, models and styles",
        "tfstyle completion bash > ~/.local/share/bash-completion/completions/tfstyle\n"
        "  tfstyle completion zsh > ~/.zfunc/_tfstyle          # with ~/.zfunc in fpath\n"
        "  tfstyle completion fish > ~/.config/fish/completions/tfstyle.fish",
    )
    parser.add_argument("shell", choices=SHELLS, help="that is to complete")


def _run_completion(options):
    import shtab

    from tfstyle import cli, registry
    from tfstyle.methods import METHODS

    parser = cli.parser()
    released = registry.released()
    known = {
        "--method": _of_names(shtab, {*METHODS, *released}),
        "--model": _of_names(shtab, {name.partition("-")[2] for name in released} - {""}, True),
        "--style": _of_names(shtab, registry.paintings(), True),
    }
    for action in _actions(parser):
        _teach(action, known, shtab)
    print(shtab.complete(parser, options.shell))
    return 0


def _actions(parser):
    """Every positional argument and flag of a parser and of its commands."""
    for action in parser._actions:  # as shtab itself finds them
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _actions(each)


def _teach(action, known, shtab):
    """Says how an argument's value is completed."""
    names = [known[flag] for flag in action.option_strings if flag in known]
    if action.metavar in FOLDERS:
        action.complete = shtab.DIRECTORY
    elif names:
        action.complete = names[0]
    elif action.metavar in FILES:
        action.complete = shtab.FILE
    elif action.metavar == "MODEL":
        action.complete = known["--method"]


def _of_names(shtab, names, files=False):
    """What completes to names, or to files as well."""
    found = shtab.cmd(shlex.join(["printf", r"%s\n", *sorted(names)]))
    if not files:
        return found
    name = found["bash"]
    bash = found["preamble"]["bash"].replace(" -- $1\n}", ' -- "$1"\n  compgen -f -- "$1"\n}')
    fish = f"{found['fish']} (__fish_complete_path (commandline -ct))"
    zsh = f"{{_alternative 'names:name:({' '.join(sorted(names))})' 'files:file:_files'}}"
    return {"bash": name, "zsh": zsh, "fish": fish, "preamble": {"bash": bash}}


COMMANDS = (_completion,)
