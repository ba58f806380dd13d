#!/usr/bin/env python3
"""Checks that every relative link of a document leads somewhere, and that README.md names every
package."""
import re
from urllib.parse import unquote

import common

LINK = re.compile(r'\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)', re.M)
FENCE = re.compile(r'^(```|~~~).*?^\1', re.M | re.S)


def hide(match):
    return re.sub(r'[^\n]', ' ', match[0])


def check_links(root, name, findings):
    text = FENCE.sub(hide, (root / name).read_text())
    text = re.sub(r'`[^`\n]*`', hide, text)
    for match in LINK.finditer(text):
        link = match[1] or match[2]
        if re.match(r'[a-z][a-z0-9+.-]*:|#', link):
            continue
        base = root if link.startswith('/') else (root / name).parent
        place = base / unquote(link.split('#')[0]).lstrip('/')
        if not place.exists():
            findings.add(name, text.count('\n', 0, match.start()) + 1, 'link',
                         f'{link} does not exist')


def check(root, findings):
    documents = common.tree.files(root, '.md')
    for name in documents:
        check_links(root, name, findings)
    readme = root / 'README.md'
    text = readme.read_text() if readme.is_file() else ''
    # A package below a common folder (services/…, drivers/…) is covered by its own name there.
    for path in sorted(p for place in common.tree.PLACES for p in root.glob(place)):
        folder = path.parent.relative_to(root)
        if not any(re.search(rf'(?<![\w-]){re.escape(str(word))}(?![\w-])', text)
                   for word in (folder, folder.parts[0])):
            findings.add('README.md', 1, 'readme', f'has no line for {folder}')
    return f'{len(documents)} documents'


if __name__ == '__main__':
    common.main('docs', check, __doc__)
