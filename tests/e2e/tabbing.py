"""Walking over a screen with the Tab key."""

from playwright.sync_api import Page

N_TABS, MANY_ROUNDS = 25, 20  # 500 keys: several times the controls of the fullest screen
# SPARED: choices of a group, which arrows change; parts of a table's rows, whose keys the table has; the
# shade that a pointer closes a drawer by.
LOOK = """
const KINDS = 'button, a[href], input, select, textarea, summary, [tabindex], [contenteditable]'
const SPARED = '[role=row] [tabindex="-1"], [role=radio][tabindex="-1"], [type=radio], .drawer-shade'
const isShown = (one, opacityProperty) => one.checkVisibility({ visibilityProperty: true, opacityProperty })
const isThere = (one) => isShown(one, false) && !one.disabled && !one.matches(SPARED)
const look = (one, part) => {
    const style = getComputedStyle(one, part)
    const ring = style.outlineStyle === 'none' ? '' : style.outlineWidth + style.outlineColor
    return [ring, style.boxShadow, style.borderColor, style.content].join()
}
// A frame may stand around what has the focus, or a ring over it.
const looks = (one) => [look(one), look(one, '::after'), look(one.parentElement)].join(' | ')
const controls = [...document.querySelectorAll(KINDS)].filter(isThere)
const resting = new Map(controls.map((one) => [one, looks(one)]))
const visited = new Set()
const nameOf = (one) => one.dataset.testid ?? one.getAttribute('aria-label') ?? one.outerHTML.slice(0, 120)
const isSeen = (one) => {
    const { left, top, right, bottom } = one.getBoundingClientRect()
    const inside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
    return inside && right > left && isShown(one, true)
}
const isMissed = (one) => one.isConnected && isThere(one) && !visited.has(one)
window.walk = { unseen: [], hasBeenEverywhere: false, missed: () => controls.filter(isMissed).map(nameOf) }
// Before a key moves the focus, what has it is at rest, whatever fades in.
const note = (one) => {
    if (visited.has(one)) window.walk.hasBeenEverywhere = true
    else if (!isSeen(one) || looks(one) === resting.get(one)) window.walk.unseen.push(nameOf(one))
    visited.add(one)
}
const noteFocus = () => document.activeElement !== document.body && note(document.activeElement)
addEventListener('keydown', noteFocus, { capture: true })
"""


def walk_by_tab(page: Page) -> tuple[list[str], list[str]]:
    """Controls that do not look as if they had the focus when they have it, and those it never comes to."""
    page.evaluate(f"() => {{ {LOOK} }}")
    for _ in range(MANY_ROUNDS):
        for _ in range(N_TABS):
            page.keyboard.press("Tab")
        if page.evaluate("walk.hasBeenEverywhere"):
            unseen, missed = page.evaluate("[walk.unseen, walk.missed()]")
            return unseen, missed
    raise AssertionError("the focus does not come back to where it began")
