"""`tfstyle completion`."""

import argparse
import shlex

from tfstyle.cli.options import command

SHELLS = ("bash", "zsh", "fish")
FILE_METAVARS = (
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
FOLDER_METAVARS = ("DIR", "FOLDER")


def _completion(commands):
    parser = command(
        commands,
        "completion",
        _run_completion,
        "print a script with which a shell completes commands, flags, models and styles",
        "tfstyle completion bash > ~/.local/share/bash-completion/completions/tfstyle\n"
        "  tfstyle completion zsh > ~/.zfunc/_tfstyle          # with ~/.zfunc in fpath\n"
        "  tfstyle completion fish > ~/.config/fish/completions/tfstyle.fish",
    )
    parser.add_argument("shell", choices=SHELLS, help="shell to complete in")


def _run_completion(options):
    import shtab

    from tfstyle import cli, registry
    from tfstyle.methods import METHODS

    parser = cli.parser()
    released = registry.released()
    variants = {name.partition("-")[2] for name in released} - {""}
    completions = {
        "--method": _name_completion(shtab, {*METHODS, *released}),
        "--model": _name_completion(shtab, variants, files=True),
        "--style": _name_completion(shtab, registry.paintings(), files=True),
    }
    for action in _actions(parser):
        _set_completion(action, completions, shtab)
    print(shtab.complete(parser, options.shell))
    return 0


def _actions(parser):
    """Every positional argument and flag of a parser and of its commands."""
    for action in parser._actions:  # as shtab itself finds them
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command_parser in action.choices.values():
                yield from _actions(command_parser)


def _set_completion(action, completions, shtab):
    """Sets how an argument's value is completed."""
    by_flag = [completions[flag] for flag in action.option_strings if flag in completions]
    if action.metavar in FOLDER_METAVARS:
        action.complete = shtab.DIRECTORY
    elif by_flag:
        action.complete = by_flag[0]
    elif action.metavar in FILE_METAVARS:
        action.complete = shtab.FILE
    elif action.metavar == "MODEL":
        action.complete = completions["--method"]


def _name_completion(shtab, names, files=False):
    """Completes to names, and to files too if `files`."""
    completion = shtab.cmd(shlex.join(["printf", r"%s\n", *sorted(names)]))
    if not files:
        return completion
    function, preamble = completion["bash"], completion["preamble"]["bash"]
    bash = preamble.replace(" -- $1\n}", ' -- "$1"\n  compgen -f -- "$1"\n}')
    fish = f"{completion['fish']} (__fish_complete_path (commandline -ct))"
    zsh = f"{{_alternative 'names:name:({' '.join(sorted(names))})' 'files:file:_files'}}"
    return {"bash": function, "zsh": zsh, "fish": fish, "preamble": {"bash": bash}}


COMMANDS = (_completion,)
