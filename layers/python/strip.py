"""Copies Python files without comments and docstrings. The remaining code keeps its lines and columns.

    python strip.py SOURCES TARGET FILE...
"""

import ast
import io
import os
import sys
import tokenize


def stripped(source):
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    tree = ast.parse(source)
    for docstring in without_docstrings(tree):
        first, last = docstring.lineno, docstring.end_lineno
        lines[first - 1 : last] = [""] * (last - first + 1)
    text = "\n".join(lines).rstrip("\n") + "\n"
    if dumped(text) != ast.dump(tree, include_attributes=True):
        raise ValueError("without comments and docstrings it would be different code")
    return text


def without_docstrings(tree):
    """Removes them from the tree, and returns them."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                yield node.body.pop(0)


def dumped(source):
    try:
        return ast.dump(ast.parse(source), include_attributes=True)
    except SyntaxError:
        return None


def main(source, target, *paths):
    for path in paths:
        with open(os.path.join(source, path), encoding="utf-8") as file:
            text = file.read()
        copy = os.path.join(target, path)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(copy, "w", encoding="utf-8") as file:
            try:
                file.write(stripped(text))
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None


if __name__ == "__main__":
    main(*sys.argv[1:])
