"""A slow second event simulation of the node, atom by atom, written without the package.

One list of events for everything; atoms are objects that know what they do.
"""

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass
from itertools import count


@dataclass
class Setting:
    trial: float
    link: float
    decision: float
    reset: float
    success: float
    atoms: int
    hold: str
    rate: float
    places: int
    order: str
    burst: int = 1
    periodic: bool = False
    jitter: float = 0.0
    up: float = math.inf
    down: float = 0.0
    while_down: float = 0.0


class Witness:
    """Runs a setting; counts by window."""

    def __init__(self, setting, *, window, windows, seed):
        self.set, self.window, self.windows = setting, window, windows
        self.random = random.Random(seed)
        self.events, self.ticket = [], count()
        self.idle, self.store = deque(range(setting.atoms)), deque()
        self.channel_busy, self.link_up = False, True
        self.rows = [dict.fromkeys(("made", "lost", "asked", "missed"), 0) for _ in range(windows)]
        self.ages = []

    def later(self, delay, action, *arguments):
        heapq.heappush(self.events, (self.now + delay, next(self.ticket), action, arguments))

    def note(self, key, number=1):
        place = int(self.now // self.window) - 1
        if 0 <= place < self.windows:
            self.rows[place][key] += number

    def run(self):
        self.now = 0.0
        self.ask_later()
        if self.set.up < math.inf:
            self.later(self.random.expovariate(1 / self.set.up), self.switch)
        self.emit_if_possible()
        while self.now < self.window * (self.windows + 1):
            self.now, _, action, arguments = heapq.heappop(self.events)
            action(*arguments)
        return self.rows

    def switch(self):
        self.link_up = not self.link_up
        mean = self.set.up if self.link_up else self.set.down
        self.later(self.random.expovariate(1 / mean), self.switch)

    def emit_if_possible(self):
        if self.channel_busy or not self.idle:
            return
        atom = self.idle.popleft()
        self.channel_busy = True
        chance = self.set.success * (1.0 if self.link_up else self.set.while_down)
        lucky = self.random.random() < chance
        late = self.random.expovariate(1 / self.set.jitter) if self.set.jitter else 0.0
        self.later(self.set.trial, self.channel_free)
        self.later(self.set.trial + self.set.link + late, self.told, atom, lucky)

    def channel_free(self):
        self.channel_busy = False
        self.emit_if_possible()

    def atom_free(self, atom):
        self.idle.append(atom)
        self.emit_if_possible()

    def told(self, atom, lucky):
        always = self.set.hold == "always"
        if always:
            self.later(self.set.decision + self.set.reset, self.atom_free, atom)
        elif not lucky:
            self.later(self.set.reset, self.atom_free, atom)
        if not lucky:
            return
        self.note("made")
        self.store.append((self.now, atom))
        if len(self.store) > self.set.places:
            self.note("lost")
            _, gone = self.store.popleft() if self.set.order == "newest" else self.store.pop()
            if not always:
                self.later(self.set.reset, self.atom_free, gone)

    def ask_later(self):
        gap = self.set.burst / self.set.rate
        wait = gap if self.set.periodic else self.random.expovariate(1 / gap)
        self.later(wait, self.ask)

    def ask(self):
        self.ask_later()
        for _ in range(self.set.burst):
            self.note("asked")
            if not self.store:
                self.note("missed")
                continue
            born, atom = self.store.pop() if self.set.order == "newest" else self.store.popleft()
            self.ages.append(self.now - born)
            if self.set.hold != "always":
                self.later(self.set.decision + self.set.reset, self.atom_free, atom)
