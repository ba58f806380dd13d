"""Reads Swift and C sources well enough for the checks: blanks comments and strings, finds
functions.

Not a parser. Blanked text keeps its length and line breaks, so offsets and line numbers agree with
the original.
"""
import re
from dataclasses import dataclass

STRING = re.compile(r'(#*)("""|")')


def _blank(text):
    return ''.join('\n' if c == '\n' else ' ' for c in text)


def _comment_end(text, start):
    """Where the comment that starts at `start` ends; Swift block comments nest."""
    if text.startswith('//', start):
        end = text.find('\n', start)
        return len(text) if end < 0 else end
    depth, at = 1, start + 2
    while at < len(text) and depth:
        if text.startswith('/*', at):
            depth, at = depth + 1, at + 2
        elif text.startswith('*/', at):
            depth, at = depth - 1, at + 2
        else:
            at += 1
    return at


def _string_end(text, opening):
    """Where the string literal opened by `opening` ends, its interpolations included."""
    hashes, quote = opening[1], opening[2]
    at = opening.end()
    while at < len(text):
        if text.startswith(quote + hashes, at):
            return at + len(quote + hashes)
        if text.startswith('\\' + hashes + '(', at):
            at = _interpolation_end(text, at + 2 + len(hashes))
        elif text[at] == '\\' and not hashes:
            at += 2
        elif text[at] == '\n' and quote == '"':
            return at  # not a string after all; a stray quote must not swallow the file
        else:
            at += 1
    return len(text)


def _interpolation_end(text, at):
    depth = 1
    while at < len(text) and depth:
        nested = STRING.match(text, at)
        if nested:
            at = _string_end(text, nested)
            continue
        depth += {'(': 1, ')': -1}.get(text[at], 0)
        at += 1
    return at


def blanked(text):
    """The code of a file with every comment and string literal replaced by spaces."""
    out, at = [], 0
    while at < len(text):
        opening = STRING.match(text, at)
        if text.startswith(('//', '/*'), at):
            end = _comment_end(text, at)
        elif opening:
            end = _string_end(text, opening)
        else:
            out.append(text[at])
            at += 1
            continue
        out.append(_blank(text[at:end]))
        at = end
    return ''.join(out)


@dataclass
class Function:
    name: str
    line: int    # 1-based line of its declaration
    length: int  # lines from declaration to closing brace


SWIFT_FUNCTION = re.compile(
    r'\bfunc\s+(`[^`]+`|[^\s(<]+)|\b(init)\b(?=\s*[?!]?\s*(?:<[^>{]*>)?\s*\()|\b(deinit)\b'
    r'|\b(subscript)\b(?=\s*[(<])')
C_FUNCTION = re.compile(r'^[A-Za-z_][^\n;={}#]*?\b([A-Za-z_]\w*)\s*\([^;{}]*\)\s*\{', re.M)
#: After a declaration without a body (a protocol requirement) comes another declaration.
DECLARATION = re.compile(
    r'\s*(?:[@#}]|(?:func|var|let|init|static|mutating|public|package|internal|private|case'
    r'|associatedtype|subscript|extension|struct|enum|class|protocol|typealias|borrowing'
    r'|consuming|deinit|import)\b)')


def _closing(code, brace):
    depth = 0
    for match in re.compile('[{}]').finditer(code, brace):
        depth += 1 if match[0] == '{' else -1
        if depth == 0:
            return match.start()
    return None


def _body(code, at):
    """The offset of the brace that opens the body of the declaration ending at `at`, or None."""
    depth = 0
    while at < len(code):
        c = code[at]
        if c in '([':
            depth += 1
        elif c in ')]':
            depth -= 1
            if depth < 0:
                return None  # `.init` mentioned inside an argument list
        elif depth == 0 and c == '{':
            return at
        elif depth == 0 and (c in ';}' or c == '\n' and DECLARATION.match(code, at + 1)):
            return None
        at += 1
    return None


def functions(code, language='swift'):
    """The functions of blanked code, with their lengths."""
    found = []
    pattern = SWIFT_FUNCTION if language == 'swift' else C_FUNCTION
    for match in pattern.finditer(code):
        before = code[max(0, match.start() - 1):match.start()]
        if language == 'swift' and before == '.':
            continue  # a call: `self.init(…)`, `Type.init(…)`
        brace = _body(code, match.end()) if language == 'swift' else match.end() - 1
        end = _closing(code, brace) if brace is not None else None
        if end is None:
            continue
        name = next(group for group in match.groups() if group)
        if name in ('if', 'for', 'while', 'switch'):
            continue
        found.append(Function(name, code.count('\n', 0, match.start()) + 1,
                              code.count('\n', match.start(), end) + 1))
    return found


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1
