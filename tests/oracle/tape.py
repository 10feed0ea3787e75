"""Random choices that can be replayed and made smaller.

A generator draws every choice from a Tape. What was drawn is kept as a tree: a *span* of the generator (an
expression, an item of a list) is a node, a number drawn is a leaf. The same tree gives the same statement, and a
tree with parts taken out gives a smaller one that is just as well typed: where the tape has nothing left it reads
zeros, and a zero means the simplest alternative. So one shrinker serves every grammar.
"""
import random
from contextlib import contextmanager


class Tape:
    def __init__(self, seed=None, tree=None):
        self.random = random.Random(seed) if tree is None else None
        self.given = [tree or ("", ())]  # what is replayed, innermost last
        self.made = [("", [])]           # what was drawn, innermost last

    def _next(self, kind):
        at, items = len(self.made[-1][1]), self.given[-1][1]
        return items[at] if at < len(items) and isinstance(items[at], kind) else None

    def draw(self, count):
        """A number from 0 up to, not including, count."""
        if self.random:
            value = self.random.randrange(count)
        else:
            value = min(self._next(int) or 0, count - 1)
        self.made[-1][1].append(value)
        return value

    @contextmanager
    def span(self, label):
        self.given.append(self._next(tuple) or (label, ()))
        self.made.append((label, []))
        try:
            yield
        finally:
            self.given.pop()
            name, items = self.made.pop()
            self.made[-1][1].append((name, tuple(items)))

    def chance(self, percent):
        return self.draw(100) >= 100 - percent

    def pick(self, options):
        """One of a list whose first is the simplest."""
        return options[self.draw(len(options))]

    def weighted(self, pairs):
        """One of (weight, option) pairs, the simplest first."""
        value = self.draw(sum(weight for weight, _ in pairs))
        for weight, option in pairs:
            if value < weight:
                return option
            value -= weight
        raise AssertionError("weights")

    def some(self, options, least, most):
        """Between least and most different options, in their own order."""
        left, chosen = list(range(len(options))), []
        for number in range(min(most, len(options))):
            if number >= least and not self.chance(60):
                break
            chosen.append(left.pop(self.draw(len(left))))
        return [options[index] for index in sorted(chosen)]

    def tree(self):
        name, items = self.made[0]
        return name, tuple(items)


def nodes(tree, path=()):
    """(path, node) of each span, outer before inner."""
    yield path, tree
    for index, item in enumerate(tree[1]):
        if isinstance(item, tuple):
            yield from nodes(item, path + (index,))


def replaced(tree, path, new):
    """The tree with the item at the path replaced; None takes it out."""
    if not path:
        return new
    name, items = tree
    at, rest = path[0], path[1:]
    inside = replaced(items[at], rest, new) if rest else new
    return name, items[:at] + (() if inside is None else (inside,)) + items[at + 1:]


def size(tree):
    return sum(size(item) if isinstance(item, tuple) else 1 + (item != 0) for item in tree[1]) + 1


def smaller(tree):
    """Trees with less in them, the boldest cuts first."""
    spans = sorted(nodes(tree), key=lambda entry: -size(entry[1]))
    for path, node in spans:
        if path and node[1]:
            yield replaced(tree, path, None)
            yield replaced(tree, path, (node[0], ()))
        for inner_path, inner in nodes(node):
            if inner_path and inner[0] == node[0]:
                yield replaced(tree, path, inner)
    for path, node in spans:
        for index, item in enumerate(node[1]):
            if isinstance(item, int) and item:
                for value in sorted({0, item // 2, item - 1}):
                    yield replaced(tree, path + (index,), value)


def shrink(tree, measure, fails, attempts=400):
    """The smallest tree found for which fails(tree) still holds; measure(tree) is what gets smaller."""
    best, seen = measure(tree), set()
    progress = True
    while progress and attempts > 0:
        progress = False
        for candidate in smaller(tree):
            now = measure(candidate)
            if now >= best or now in seen:
                continue
            seen.add(now)
            attempts -= 1
            if fails(candidate):
                tree, best, progress = candidate, now, True
                break
            if attempts <= 0:
                break
    return tree
