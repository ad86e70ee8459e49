"""Points in the colours of what a model measures, and names on them from near."""

from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import N_TRACKS, Site
from tests.e2e.map_page import get_json, lonely_point, open_map, positions, wait_until_settled


def test_a_map_is_coloured_by_what_another_model_measures(page: Page, site: Site):
    open_map(page, f"{site.app}/?model=musicnn&variant=mtat&method=pca")
    page.get_by_test_id("colour-by").select_option("tag:acoustic/librosa:tempo (BPM)")
    values = get_json(site, "/activations?red=acoustic&tag=tempo (BPM)".replace(" ", "%20"))["values"]
    expect(page.get_by_role("img", name=f"From {min(values):.0f} to {max(values):.0f}")).to_be_visible()
    slowest = page.get_by_test_id("legend-item").first
    n_slow = int(slowest.locator("em").inner_text())
    slowest.click()
    assert sum(p["hidden"] for p in page.evaluate("window.melodex.pointPositions()")) == n_slow
    page.reload()
    expect(page.get_by_test_id("colour-by")).to_have_value("tag:acoustic/librosa:tempo (BPM)")


def test_clusters_of_the_map_have_colours_and_names(page: Page, site: Site):
    open_map(page, f"{site.app}/?model=acoustic&variant=librosa&method=pca&colour=cluster")
    answer = get_json(site, "/clusters?red=acoustic&dataset=librosa&metodo=pca")
    entries = page.get_by_test_id("legend-item")
    expect(entries).to_have_count(len(answer["labels"]))
    label = answer["labels"][0]
    entry = entries.filter(has_text=label)
    assert int(entry.locator("em").inner_text()) == answer["values"].count(0)
    name_of = {track["id"]: track["filename"] for track in get_json(site, "/tracks")["tracks"]}
    members = {name_of[id_] for id_, at in zip(answer["track_ids"], answer["values"], strict=True) if at == 0}
    entry.click()
    assert {p["name"] for p in page.evaluate("window.melodex.pointPositions()") if p["hidden"]} == members


def test_words_narrow_the_map_and_what_is_left_out_turns_grey(page: Page, site: Site):
    open_map(page, f"{site.app}/?model=acoustic&method=pca")
    artist = get_json(site, "/tracks")["tracks"][5]["artist"]
    page.get_by_test_id("map-filter").fill(artist.lower())
    own = {t["filename"] for t in get_json(site, "/tracks")["tracks"] if t["artist"] == artist}
    expect(page.get_by_test_id("map-note")).to_contain_text(f"{len(own)} of {N_TRACKS} tracks")
    shown = page.evaluate("window.melodex.pointPositions()")
    assert len(shown) == N_TRACKS and {p["name"] for p in shown if not p["hidden"]} == own


def test_titles_stand_beside_the_points_from_near(page: Page, site: Site):
    open_map(page, f"{site.app}/?model=acoustic&method=pca")
    titles = page.locator(".map-title")
    assert len(positions(page)) == N_TRACKS and titles.count() == 0
    track = get_json(site, "/tracks")["tracks"][9]
    page.keyboard.press("/")
    page.get_by_test_id("search-input").fill(track["title"])
    expect(page.get_by_test_id("search-hit").first).to_contain_text(track["title"])
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("track-title")).to_have_text(track["title"])
    wait_until_settled(page)
    page.get_by_test_id("map-zoom-in").click()
    expect(titles.filter(has_text=track["title"])).to_have_css("opacity", "1")


def test_colours_and_dashed_lines_say_where_the_map_lies(page: Page, site: Site):
    query = "red=acoustic&dataset=librosa&metodo=pca"
    quality = get_json(site, f"/map-quality?{query}")
    worst = quality["track_ids"][quality["trustworthiness"].index(min(quality["trustworthiness"]))]
    track = next(t["filename"] for t in get_json(site, "/tracks")["tracks"] if t["id"] == worst)
    shown = get_json(site, f"/map-neighbors?{query}&k=12&track={quote(track)}")["data"]
    false = [one["name"] for one in shown if not one["near"]]
    assert false, "the least trustworthy point has false neighbours"
    open_map(page, f"{site.app}/?model=acoustic&variant=librosa&method=pca&track={quote(track)}")
    page.get_by_test_id("colour-by").select_option("trustworthiness")
    expect(page.get_by_text("Low where the map shows tracks beside each other")).to_be_visible()
    expect(page.get_by_test_id("legend-item").filter(has_text="%")).not_to_have_count(0)
    page.wait_for_function(f"() => window.melodex.seemingLines().length === {len(false)}")
    assert sorted(page.evaluate("window.melodex.seemingLines()")) == sorted([track, name] for name in false)
    expect(page.get_by_test_id("seeming")).to_contain_text(f"{len(false)} track")


def test_regions_have_names_from_far_and_none_from_near(page: Page, site: Site):
    open_map(page, f"{site.app}/?model=acoustic&variant=librosa&method=pca&colour=year")
    names = page.locator(".map-label--far")
    answer = get_json(site, "/regions?red=acoustic&dataset=librosa&metodo=pca")["data"]
    expect(names).to_have_count(len(answer))
    texts = names.all_inner_texts()
    assert texts == [region["name"] for region in answer] and len({*map(str.lower, texts)}) == len(texts) > 2
    expect(names.first).to_have_css("opacity", "1")
    boxes = [box for name in names.all() if is_shown(name) and (box := name.bounding_box())]
    assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])
    point = lonely_point(page)  # the middle of the map may be empty
    page.mouse.move(point["x"], point["y"])
    page.mouse.wheel(0, -1000)
    expect(page.locator(".map-title")).not_to_have_count(0)
    for name in names.all():
        expect(name).to_have_css("opacity", "0")


def is_shown(name: Locator) -> bool:
    return name.evaluate("element => element.style.opacity") == "1"


def overlap(a: dict, b: dict) -> bool:
    apart = [
        a[at] + a[size] <= b[at] or b[at] + b[size] <= a[at] for at, size in (("x", "width"), ("y", "height"))
    ]
    return not any(apart)
