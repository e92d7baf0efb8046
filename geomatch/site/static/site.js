"use strict";
/* What the map's page does: month, layer, county and municipality in the address; what was chosen is explained beside
 * the map; the table below follows the month. Words are those of words-<language>.js, data those of values.js and its
 * like. Values reach the page as text nodes only. */
window.geomatch = window.geomatch || {};
(function () {
  const page = document.body.dataset;
  /* Those of the page's language, once they are there. */
  let words = {};
  const ROOT = page.root;
  const $ = function (id) { return document.getElementById(id); };
  const LAYERS = ["gap", "need", "places", "access_index", "women_share", "need_change"];

  const state = {
    month: page.month, layer: "gap", county: page.level === "country" ? "" : page.area.slice(0, 2),
    municipality: "", beside: "",
  };

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function said(template, values) {
    return template.replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? String(values[name]) : whole; });
  }

  /* ------------------------------------------------------------------------------------------------ numbers */

  function number(value, digits) {
    const parts = Math.abs(value).toFixed(digits || 0).split(".");
    const whole = parts[0].replace(/\B(?=(\d{3})+$)/g, words.thousands);
    const after = (parts[1] || "").replace(/0+$/, "");
    return (value < 0 ? "\u2212" : "") + whole + (after ? words.decimal + after : "");
  }

  const SHOWN = {
    access_index: function (value) { return number(value / 100, 2); },
    need_change: function (value) { return (value > 0 ? "+" : "") + number(value); },
    gap_change: function (value) { return (value > 0 ? "+" : "") + number(value); },
  };

  /* A figure as text: `45`, `45–60`, `−4 till +2`, `38 %`, or the sign that stands for it. */
  function figure(field, value) {
    if (value === undefined || value === null) return "-";
    if (typeof value === "string") return value;
    const show = SHOWN[field] || function (one) { return number(one); };
    const ends = Array.isArray(value) ? value : [value, value];
    const low = show(ends[0]), high = show(ends[1]);
    const change = field === "need_change" || field === "gap_change";
    const text = low === high ? low : change ? said(words.from_to, { low: low, high: high }) : low + "\u2013" + high;
    return field === "gap_share" || field === "women_share" ? text + "\u00a0%" : text;
  }

  function upper(text) { return text.charAt(0).toUpperCase() + text.slice(1); }

  function monthText(month) {
    const parts = month.split("-");
    return words.months[Number(parts[1]) - 1] + " " + parts[0];
  }

  /* -------------------------------------------------------------------------------------------------- data */

  const loading = new Map();

  /* A script of the site, once; its promise fails when the file is not there. */
  function load(path) {
    if (!loading.has(path)) {
      loading.set(path, new Promise(function (done, failed) {
        const tag = document.createElement("script");
        tag.src = ROOT + path;
        tag.addEventListener("load", done);
        tag.addEventListener("error", function () { loading.delete(path); failed(new Error(path)); });
        document.head.append(tag);
      }));
    }
    return loading.get(path);
  }

  /* The part `kind` of a month: there already, or loaded now. */
  function part(kind, month) {
    if (geomatch[kind] && geomatch[kind][month]) return Promise.resolve(prepared(kind, month));
    return load(month + "/" + kind + ".js").then(function () { return prepared(kind, month); });
  }

  function prepared(kind, month) {
    const value = geomatch[kind][month];
    if (kind === "values" && !value.at) {
      value.at = new Map(value.areas.map(function (code, number) { return [code, number]; }));
    }
    if (kind === "activities" && !value.list) {
      const word = function (n) { return value.words[n]; };
      value.list = value.entries.map(function (one, n) {
        return {
          number: n, name: one[0] || words.unnamed, code: one[1], at: [one[2], one[3]], exact: Boolean(one[4]), purpose: word(one[5]),
          groups: one[6].split(";"), sex: one[7], places: one[8], times: one[9], organiser: word(one[10]),
          ways: one[11].map(function (way) { return { from: way[0], place: word(way[1]), minutes: way[2], changes: way[3] }; }),
          waysInAll: one[12],
        };
      });
    }
    if (kind === "corridors" && !value.list) {
      value.list = value.map(function (one) {
        return {
          from: one[0], to: one[1], kind: one[2] === "open" ? "open" : one[3], verdict: one[3], gain: one[4], minutes: one[5],
          sessions: one[6],
        };
      });
    }
    return value;
  }

  const names = Object.create(null);
  function nameOf(code) { return names[code] || code; }

  /* ----------------------------------------------------------------------------------------------- address */

  function address() {
    const parts = new URLSearchParams();
    /* The front page shows another month next time, so that a link from it names the month. */
    const moves = page.level === "country" && !location.pathname.includes("/" + page.month + "/");
    const told = state.layer !== "gap" || state.county || state.municipality || state.beside;
    if (state.month !== page.month || (moves && told)) parts.set("month", state.month);
    if (state.layer !== "gap") parts.set("layer", state.layer);
    if (page.level === "country" && state.county) parts.set("county", state.county);
    if (state.municipality) parts.set("municipality", state.municipality);
    if (state.beside) parts.set("beside", state.beside);
    const text = parts.toString();
    return text ? "#" + text : "";
  }

  /* The address names a place of the page, as its own links do, and nothing of the map. */
  function isPlace() { return location.hash.length > 1 && !location.hash.includes("="); }

  function readAddress() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const months = geomatch.months;
    state.month = months.includes(parts.get("month")) ? parts.get("month") : page.month;
    state.layer = LAYERS.includes(parts.get("layer")) ? parts.get("layer") : "gap";
    state.beside = months.includes(parts.get("beside")) ? parts.get("beside") : "";
    state.municipality = names[parts.get("municipality")] ? parts.get("municipality") : "";
    if (page.level === "country") {
      state.county = Object.hasOwn(geomatch.borders.counties, parts.get("county") || "") ? parts.get("county") : "";
    }
  }

  /* A municipality that is chosen is a step that the browser's Back button goes back over; the rest is not. */
  function writeAddress(step) {
    const wanted = address();
    keepPlace();
    if (wanted === location.hash || (isPlace() && !wanted)) return;
    const whole = location.pathname + location.search + wanted;
    if (step) history.pushState(null, "", whole);
    else history.replaceState(null, "", whole);
  }

  /* The switch of language leads to the same place of the map. */
  function keepPlace() {
    for (const link of document.querySelectorAll("a[data-keeps-place]")) {
      link.href = link.getAttribute("href").split("#")[0] + address();
    }
  }

  /* -------------------------------------------------------------------------------------------------- map */

  let map = null, areas = null, besideMap = null, besideAreas = null, pairs = null, activities = null, labels = null, towns = null, surface = null;
  let opener = "";

  function ownArea(code) { return page.level === "country" || code.slice(0, 2) === state.county; }

  function labelOf(code, value) {
    const text = value === undefined ? words.no_figures : figure(state.layer, value);
    const read = words.signs[text] ? words.signs[text] : text;
    return nameOf(code) + ": " + words.layers[state.layer].toLowerCase() + " " + read;
  }

  function valueOf(values, field, code) {
    const at = values.at.get(code);
    return at === undefined ? undefined : values[field][at];
  }

  function areaOptions(month) {
    return {
      own: ownArea,
      choose: choose,
      nameOf: nameOf,
      labelOf: labelOf,
      tip: function (code) {
        const values = geomatch.values[month()];
        if (!values || !values.at) return element("span", nameOf(code));
        return element("span", labelOf(code, valueOf(values, state.layer, code)) + ", " + monthText(values.month));
      },
    };
  }

  function start(drawn) {
    map = drawn;
    words = geomatch.words;
    for (const one of geomatch.borders.topology.objects.municipalities.geometries) names[one.id] = one.properties.name;
    map.createPane("surface").style.zIndex = 420;
    map.getPane("surface").style.pointerEvents = "none";
    map.createPane("pairs").style.zIndex = 440;
    map.createPane("names").style.zIndex = 450;
    map.getPane("names").style.pointerEvents = "none";
    readAddress();
    geomatch.labelled = labelOf;
    fitted(map, false);
    areas = geomatch.draw.areasOn(map, areaOptions(function () { return state.month; }));
    pairs = geomatch.draw.pairsOn(map);
    activities = geomatch.draw.activitiesOn(map, { choose: chooseMark, nameOf: markName });
    labels = geomatch.draw.namesOn(map, "names", "gm-label");
    towns = geomatch.draw.namesOn(map, "names", "gm-town");
    pairs.group.addTo(map);
    labels.group.addTo(map);
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    controls();
    shown({ first: true }).then(function () {
      document.documentElement.classList.add("map-ready");
      if (page.level !== "country") switchOn("activities");
    });
    for (const name of ["popstate", "hashchange"]) window.addEventListener(name, stepped);
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || $("panel").hidden || !$("panel").contains(document.activeElement)) return;
      leavePanel();
    });
    printing();
  }

  /* Back and forward, and addresses written by hand. Who was in the panel is led back to the place on the map. */
  function stepped() {
    if (isPlace()) return;
    const before = { county: state.county, municipality: state.municipality };
    const within = $("panel").contains(document.activeElement);
    readAddress();
    if (state.county !== before.county) fitToAreas(map, areas);
    shown({}).then(function () {
      if (within && !state.municipality && before.municipality) areas.focus(before.municipality);
    });
  }

  function fitted(one, animate) {
    const box = L.latLngBounds([]);
    for (const code of Object.keys(geomatch.borders.points)) {
      if (!state.county || code.slice(0, 2) === state.county) box.extend(geomatch.borders.points[code]);
    }
    if (!box.isValid()) return;
    one.fitBounds(box.pad(0.08), { animate: Boolean(animate) && !still() });
  }

  function still() { return window.matchMedia("(prefers-reduced-motion: reduce)").matches; }

  /* Everything on the page as the state says. Resolves when it is drawn. */
  function shown(how) {
    const month = state.month;
    return part("values", month).then(function (values) {
      if (month !== state.month) return undefined;
      areas.paint(values, state.layer, state.municipality);
      if (how.first) fitToAreas(map, areas);
      caption($("map-caption"), values);
      $("map-status").textContent = how.quiet || how.first ? "" : words.layers[state.layer] + ", " + monthText(month);
      legend();
      nameLabels(values);
      fillNotice(how.complaint || "");
      syncControls();
      showPairs();
      showSurface();
      if (map.hasLayer(activities.group)) showActivities();
      panel(values);
      document.documentElement.dataset.shown = month + " " + state.layer;
      if (how.step) writeAddress(true);
      /* What is not looked at now comes after the frame with the new colours. */
      window.requestAnimationFrame(function () {
        setTimeout(function () {
          if (month !== state.month) return;
          fillTable(values);
          writeAddress(false);
        }, 0);
      });
      return showBeside();
    }, function () {
      if (month !== state.month) return undefined;
      const complaint = said(words.no_month, { month: monthText(month) });
      if (month === page.month) {
        fillNotice(complaint);
        return undefined;
      }
      state.month = page.month;
      return shown({ quiet: true, complaint: complaint });
    });
  }

  function fitToAreas(one, own) {
    /* Where only some counties are published, they fill the map. */
    const values = geomatch.values[state.month] || geomatch.values[page.month];
    const box = own.bounds(function (code) { return state.county ? code.slice(0, 2) === state.county : values.at.has(code); });
    if (box.isValid()) one.fitBounds(box, { animate: false, padding: [6, 6] });
  }

  function caption(place, values) {
    place.textContent = words.layers[state.layer] + ", " + monthText(values.month) + (values.synthetic ? " \u00b7 " + words.synthetic : "");
  }

  /* Names and values on a county's map; on the country's the largest figures only, since names would meet. */
  function nameLabels(values) {
    const wanted = [];
    for (const code of values.areas) {
      if (code.length !== 4 || !ownArea(code) || !geomatch.borders.points[code]) continue;
      const value = valueOf(values, state.layer, code);
      const top = Array.isArray(value) ? value[1] : value;
      const weight = typeof top === "number" ? Math.abs(top) : -1;
      if (page.level === "country" && weight < 0) continue;
      wanted.push({
        at: geomatch.borders.points[code], name: nameOf(code), value: figure(state.layer, value), weight: weight,
      });
    }
    labels.show(wanted);
  }

  /* ----------------------------------------------------------------------------------------------- beside */

  function showBeside() {
    const box = $("beside");
    if (box.hidden === Boolean(state.beside)) {
      box.hidden = !state.beside;
      $("maps").classList.toggle("two", Boolean(state.beside));
      map.invalidateSize({ animate: false, pan: false });
      fitToAreas(map, areas);
    }
    if (!state.beside) return Promise.resolve();
    const month = state.beside;
    return part("values", month).then(function (values) {
      if (month !== state.beside) return;
      if (!besideMap) {
        besideMap = L.map($("map-beside"), {
          zoomControl: false, attributionControl: false, scrollWheelZoom: false, zoomSnap: map.options.zoomSnap,
          minZoom: map.options.minZoom, maxZoom: map.options.maxZoom,
        });
        besideMap.setView(map.getCenter(), map.getZoom(), { animate: false });
        besideAreas = geomatch.draw.areasOn(besideMap, areaOptions(function () { return state.beside; }));
        follow(map, besideMap);
        follow(besideMap, map);
      }
      besideMap.invalidateSize({ animate: false, pan: false });
      besideMap.setView(map.getCenter(), map.getZoom(), { animate: false });
      besideAreas.paint(values, state.layer, state.municipality);
      caption($("beside-caption"), values);
    }, function () {
      if (month !== state.beside) return undefined;
      state.beside = "";
      fillNotice(said(words.no_month, { month: monthText(month) }));
      syncControls();
      return showBeside();
    });
  }

  function follow(one, other) {
    one.on("moveend", function () {
      if (!state.beside) return;
      const far = other.project(other.getCenter()).distanceTo(other.project(one.getCenter()));
      if (far > 1 || other.getZoom() !== one.getZoom()) other.setView(one.getCenter(), one.getZoom(), { animate: false });
    });
  }

  /* ----------------------------------------------------------------------------------------------- legend */

  function legend() {
    const list = $("legend-list");
    const classes = geomatch.classes[state.layer];
    $("legend-title").textContent = words.layers[state.layer];
    $("legend-note").textContent = whatOf(state.layer, geomatch.values[state.month]) + " " + said(words.methods[classes.method], { month: monthText(classes.month || page.month) });
    list.replaceChildren();
    function row(look, text) {
      const line = element("li");
      const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      box.setAttribute("width", "30");
      box.setAttribute("height", "18");
      box.setAttribute("aria-hidden", "true");
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of [["x", 1], ["y", 1], ["width", 28], ["height", 16]]) rect.setAttribute(name, value);
      rect.setAttribute("class", "gm-area " + look + (/^(s-|hatch-)/.test(look) ? " patterned" : ""));
      if (/^(s-|hatch-)/.test(look)) rect.setAttribute("fill", "url(#" + look + ")");
      box.append(rect);
      line.append(box, " " + text);
      list.append(line);
    }
    const limits = classes.limits;
    const change = state.layer === "need_change";
    function end(value) {
      const text = figure(state.layer, value).replace("\u00a0%", "");
      return text;
    }
    const unit = state.layer === "women_share" ? "\u00a0%" : "";
        for (let n = 0; n <= limits.length; n += 1) {
      let text;
      if (n === 0) text = limits[0] === 1 ? "0" : said(words.under, { n: end(limits[0]) + unit });
      else if (n === limits.length) text = said(words.or_more, { n: end(limits[n - 1]) + unit });
      else {
        const low = end(limits[n - 1]), high = end(limits[n] - 1);
        text = (low === high ? low : change ? said(words.from_to, { low: low, high: high }) : low + "\u2013" + high) + unit;
      }
      row(classes.kind + n, text);
    }
    row("hatch-" + classes.kind + Math.min(2, limits.length), words.hatched);
    row("s-withheld", ".. " + words.signs[".."]);
    row("s-missing", "- " + words.signs["-"]);
    row("s-none", ". " + words.signs["."]);
  }

  /* -------------------------------------------------------------------------------------------------- panel */

  const PANEL = ["need", "women", "men", "gap", "gap_share", "places", "access_index", "need_change", "gap_change"];

  /* What a figure is; a change says since when. */
  function whatOf(field, values) {
    if (field !== "need_change" && field !== "gap_change") return words.what[field];
    return values && values.before ? said(words.since, { month: monthText(values.before) }) : words.no_earlier;
  }

  function paragraph(text, className) { return element("p", text, className); }

  function link(text, href) {
    const made = element("a", text);
    made.href = href;
    return made;
  }

  function pageOf(code) {
    const own = ROOT + words.prefix + state.month + "/" + code.slice(0, 2) + "/" + code + "/index.html";
    return own;
  }

  function countyPage(code) { return ROOT + words.prefix + state.month + "/" + code + "/index.html"; }

  function choose(code, way) {
    opener = way === "keyboard" ? code : "";
    state.municipality = code;
    shown({ step: true, quiet: true }).then(function () {
      if (way === "keyboard") $("panel-title").focus();
    });
  }

  function leavePanel() {
    const code = state.municipality;
    const back = opener;
    state.municipality = "";
    opener = "";
    shown({ step: true, quiet: true }).then(function () {
      if (back && typeof back === "object" && back.isConnected) back.focus({ preventScroll: true });
      else if (code) areas.focus(code);
    });
  }

  function panel(values) {
    const place = $("panel");
    const code = state.municipality;
    if (!code || !names[code]) {
      if (place.dataset.of) {
        place.hidden = true;
        place.dataset.of = "";
      }
      return;
    }
    const mark = [code, state.month, state.layer].join(" ");
    place.hidden = false;
    if (place.dataset.of === mark) return;
    place.dataset.of = mark;
    const body = $("panel-body");
    $("panel-title").textContent = nameOf(code);
    body.replaceChildren(paragraph(geomatch.borders.counties[code.slice(0, 2)] + " \u00b7 " + monthText(state.month), "where"));
    const at = values.at.get(code);
    if (at === undefined) {
      body.append(paragraph(words.no_data));
      return;
    }
    const list = element("dl");
    for (const field of PANEL) {
      const value = values[field][at];
      const text = figure(field, value);
      const what = element("dd", undefined, field === state.layer ? "chosen" : "");
      what.append(element("b", text), " ", element("span", whatOf(field, values), "what"));
      if (field.endsWith("_change") && !values.before) what.replaceChildren(element("b", "-"), " ", element("span", words.no_earlier, "what"));
      else if (words.signs[text]) what.append(element("span", " " + upper(words.signs[text]) + ".", "what"));
      else if (Array.isArray(value)) what.append(element("span", " " + words.sure_interval, "what"));
      list.append(element("dt", words.fields[field]), what);
    }
    body.append(list, paragraph(said(values.synthetic ? words.from_whom_synthetic : words.from_whom, { month: monthText(state.month), updated: values.updated || words.unknown_day }), "note"));
    const more = element("p");
    more.append(link(said(words.page_of, { name: nameOf(code) }), pageOf(code)));
    body.append(more);
    const pairsPlace = element("div");
    body.append(pairsPlace);
    part("corridors", state.month).then(function (corridors) {
      if (place.dataset.of === mark) pairList(pairsPlace, corridors.list, code);
    }, function () {});
  }

  /* The pairs from and to the municipality, the most useful first; the other end is chosen with its link. */
  function pairList(place, list, code) {
    const own = list.filter(function (one) { return one.from === code || one.to === code; });
    for (const [title, ends] of [[words.pairs_out, "to"], [words.pairs_in, "from"]]) {
      const found = own.filter(function (one) { return one[ends] !== code; }).sort(function (one, other) {
        return words.kind_order.indexOf(one.kind) - words.kind_order.indexOf(other.kind) || (one.minutes ?? 1e9) - (other.minutes ?? 1e9);
      });
      if (!found.length) continue;
      const rows = element("ul", undefined, "pairs");
      for (const one of found.slice(0, 8)) {
        const line = element("li");
        const there = link(nameOf(one[ends]), "#municipality=" + one[ends]);
        there.addEventListener("click", function (event) {
          if (!ownArea(one[ends])) {
            event.preventDefault();
            location.href = pageOf(one[ends]);
            return;
          }
          event.preventDefault();
          choose(one[ends], "keyboard");
        });
        line.append(there, " \u2013 " + words.kinds[one.kind]);
        if (one.minutes !== null) line.append(", " + (one.minutes ? said(words.minutes, { n: number(one.minutes) }) : words.under_minute));
        const gain = figure("gain", one.gain);
        line.append(", " + said(one.kind === "open" ? words.gain_open : words.gain, { n: words.signs[gain] || gain }));
        rows.append(line);
      }
      if (found.length > 8) rows.append(element("li", said(words.more_on_page, { n: number(found.length - 8), name: nameOf(code) })));
      place.append(element("h4", title), rows);
    }
    showPairs();
  }

  function showPairs() {
    const month = state.month;
    if (!$("layer-pairs").checked && !state.municipality) {
      pairs.show([]);
      return;
    }
    part("corridors", month).then(function (corridors) {
      if (month !== state.month) return;
      const wanted = $("layer-pairs").checked;
      pairs.show(corridors.list.filter(function (one) {
        if (one.from === state.municipality || one.to === state.municipality) return one.kind !== "not_recommended" && one.kind !== "outside_policy";
        return wanted && ["open", "recommended", "possible"].includes(one.kind) && (ownArea(one.from) || ownArea(one.to));
      }));
    }, function () { if (month === state.month) pairs.show([]); });
  }

  /* ------------------------------------------------------------------------------------------- activities */

  function markName(mark) {
    const places = Array.from(new Set(mark.own.map(function (one) { return nameOf(one.code); })));
    const where = places.slice(0, 3).join(", ") + (places.length > 3 ? " \u2026" : "");
    return mark.own.length === 1
      ? said(words.one_activity, { name: mark.own[0].name, place: where })
      : said(words.several_activities, { n: number(mark.own.length), place: where });
  }

  function wantedActivities(list) {
    const purpose = $("choose-purpose").value, group = $("choose-group").value;
    return list.filter(function (one) {
      if (purpose && one.purpose !== purpose) return false;
      if (group === "women" || group === "men") return one.sex === group || one.sex === "all";
      return !group || one.groups.includes(group) || one.groups.includes("all");
    });
  }

  function showActivities() {
    const month = state.month;
    return part("activities", month).then(function (found) {
      if (month !== state.month) return;
      const own = found.list.filter(function (one) { return ownArea(one.code); });
      choices($("choose-purpose"), words.all_purposes, Array.from(new Set(own.map(function (one) { return one.purpose; }))).filter(Boolean).sort());
      activities.show(wantedActivities(own));
      labels.fit();
    }, function () { if (month === state.month) activities.show([]); });
  }

  function choices(select, first, texts) {
    const now = select.value;
    select.replaceChildren(new Option(first, ""));
    for (const text of texts) select.append(new Option(text, text));
    select.value = texts.includes(now) ? now : "";
  }

  function timesText(text) {
    return text.split("; ").filter(Boolean).map(function (one) {
      const parts = one.split(" ");
      if (parts.length !== 2) return one;
      return (words.days[parts[0]] || parts[0]) + " " + parts[1].replace("-", "\u2013");
    }).join("; ");
  }

  function activityItem(one) {
    const item = element("li");
    item.append(element("b", one.name));
    const facts = [one.purpose, one.groups.map(function (group) { return words.groups[group] || group; }).join(", ")];
    if (one.sex !== "all") facts.push(words.groups[one.sex]);
    facts.push(said(words.places, { n: number(one.places) }));
    item.append(paragraph(facts.filter(Boolean).join(" \u00b7 ")));
    if (one.organiser) item.append(paragraph(one.organiser));
    item.append(paragraph(one.exact ? timesText(one.times) || words.no_times : words.place_not_shown));
    if (one.exact) {
      item.append(paragraph(one.ways.length
        ? words.how_to_get_there + " " + one.ways.map(function (way) {
          const minutes = way.minutes ? said(words.minutes, { n: number(way.minutes) }) : words.under_minute;
          const from = said(words.way, { place: way.place || nameOf(way.from), minutes: minutes });
          if (way.changes === null) return from;
          return from + ", " + (way.changes === 0 ? words.no_change : said(way.changes === 1 ? words.one_change : words.changes, { n: way.changes }));
        }).join("; ") + (one.waysInAll > one.ways.length ? "; " + said(words.more_ways, { n: number(one.waysInAll - one.ways.length) }) : "") + "."
        : words.no_way));
    }
    const more = element("p");
    more.append(link(said(words.page_of, { name: nameOf(one.code) }), pageOf(one.code)));
    item.append(more);
    return item;
  }

  function chooseMark(mark, way) {
    const LIST = 40;
    const place = $("panel");
    const values = geomatch.values[state.month];
    state.municipality = "";
    opener = "";
    areas.paint(values, state.layer, "");
    if (besideAreas && state.beside) besideAreas.paint(geomatch.values[state.beside], state.layer, "");
    showPairs();
    writeAddress(false);
    place.hidden = false;
    place.dataset.of = "mark";
    $("panel-title").textContent = markName(mark);
    const list = element("ul", undefined, "activities");
    for (const one of mark.own.slice(0, LIST)) list.append(activityItem(one));
    $("panel-body").replaceChildren(paragraph(monthText(state.month), "where"));
    if (mark.own.length > 1 && map.getZoom() < map.getMaxZoom()) {
      const closer = element("button", words.closer);
      closer.type = "button";
      closer.addEventListener("click", function () {
        map.fitBounds(L.latLngBounds(mark.own.map(function (one) { return one.at; })).pad(0.2), { animate: !still(), maxZoom: 12 });
      });
      $("panel-body").append(closer);
    }
    $("panel-body").append(list);
    if (mark.own.length > LIST) $("panel-body").append(paragraph(said(page.level === "country" ? words.more_on_county : words.more_in_table, { n: number(mark.own.length - LIST) })));
    if (way === "keyboard") {
      opener = document.activeElement;
      $("panel-title").focus();
    }
  }

  /* ---------------------------------------------------------------------------------------------- controls */

  function switchOn(name) {
    const tick = $("layer-" + name);
    if (tick && !tick.checked) {
      tick.checked = true;
      tick.dispatchEvent(new Event("change"));
    }
  }

  function stepMonth(by) {
    const months = geomatch.months;
    const next = months[months.indexOf(state.month) + by];
    if (!next) return;
    state.month = next;
    shown({});
  }

  function syncControls() {
    const months = geomatch.months;
    const at = months.indexOf(state.month);
    $("month-choice").value = state.month;
    for (const [id, off] of [["month-before", at <= 0], ["month-after", at >= months.length - 1]]) {
      /* A button that had the focus keeps it, so that a reader is not thrown back to the top. */
      $(id).setAttribute("aria-disabled", String(off));
    }
    $("layer-choice").value = state.layer;
    $("beside-choice").value = state.beside;
    if ($("county-choice")) $("county-choice").value = state.county;
  }

  function controls() {
    const months = geomatch.months.slice().reverse();
    for (const month of months) {
      $("month-choice").append(new Option(monthText(month), month));
      $("beside-choice").append(new Option(monthText(month), month));
    }
    for (const layer of LAYERS) $("layer-choice").append(new Option(words.layers[layer], layer));
    $("month-before").addEventListener("click", function () { stepMonth(-1); });
    $("month-after").addEventListener("click", function () { stepMonth(1); });
    $("month-choice").addEventListener("change", function () { state.month = this.value; shown({}); });
    $("layer-choice").addEventListener("change", function () { state.layer = this.value; shown({}); });
    $("beside-choice").addEventListener("change", function () { state.beside = this.value; shown({}); });
    if ($("county-choice")) {
      const counties = Object.entries(geomatch.borders.counties).sort(function (one, other) { return one[1].localeCompare(other[1], "sv"); });
      for (const [code, name] of counties) $("county-choice").append(new Option(name, code));
      $("county-choice").addEventListener("change", function () {
        state.county = this.value;
        fitToAreas(map, areas);
        shown({});
      });
    }
    for (const [name, group, fill] of [["activities", activities.group, showActivities], ["towns", towns.group, showTowns]]) {
      const tick = $("layer-" + name);
      if (!tick) continue;
      tick.addEventListener("change", function () {
        $("activity-choices").hidden = !$("layer-activities").checked;
        if (!this.checked) {
          group.remove();
          labels.fit();
          return;
        }
        Promise.resolve(fill()).then(function () {
          group.addTo(map);
          labels.fit();
        });
      });
    }
    $("layer-pairs").addEventListener("change", showPairs);
    $("layer-surface").addEventListener("change", showSurface);
    const groups = ["asylum_seeker", "temporary_protection", "permit_awaiting_settlement", "women", "men"];
    $("choose-group").append(new Option(words.all_groups, ""));
    for (const group of groups) $("choose-group").append(new Option(words.groups[group], group));
    $("choose-purpose").append(new Option(words.all_purposes, ""));
    for (const id of ["choose-purpose", "choose-group"]) $(id).addEventListener("change", showActivities);
    $("panel-close").addEventListener("click", leavePanel);
    const tiles = $("layer-tiles");
    if (tiles) {
      tiles.addEventListener("change", function () {
        /* Areas are laid over it as glass. */
        map.getContainer().classList.toggle("with-tiles", this.checked);
        if (this.checked) geomatch.tiles.addTo(map);
        else geomatch.tiles.remove();
      });
    }
    searching();
    $("map-controls").hidden = false;
    $("map-legend").hidden = false;
  }

  /* Minutes to the nearest activity, where the month has such a surface: a picture over the areas, with its own legend. */
  function showSurface() {
    const month = state.month, box = $("surface-legend");
    if (surface) surface.remove();
    surface = null;
    box.hidden = true;
    if (!$("layer-surface").checked) return;
    part("surface", month).then(function (found) {
      if (month !== state.month || !$("layer-surface").checked) return;
      if (surface) surface.remove();
      surface = L.imageOverlay(found.picture, found.bounds, { pane: "surface", alt: "", className: "gm-surface" }).addTo(map);
      const list = $("surface-list");
      list.replaceChildren();
      found.colours.forEach(function (colour, n) {
        const line = element("li");
        const sample = element("span", undefined, "sample");
        sample.style.background = colour;
        const low = n ? found.minutes[n - 1] + 1 : 0, high = found.minutes[n];
        line.append(sample, " " + (high === undefined ? said(words.minutes_more, { n: low }) : said(words.minutes_between, { low: low, high: high })));
        list.append(line);
      });
      box.hidden = false;
    }, function () { $("map-status").textContent = said(words.no_surface, { month: monthText(month) }); });
  }

  function showTowns() {
    const county = state.county;
    if (!county) return undefined;
    return load("assets/localities-" + county + ".js").then(function () {
      towns.show((geomatch.localities[county] || []).map(function (one) {
        return { name: one[0], at: [one[1], one[2]], weight: one[3] };
      }));
    }, function () {});
  }

  /* ------------------------------------------------------------------------------------------------ search */

  function folded(text) { return text.toLocaleLowerCase(document.documentElement.lang).normalize("NFC"); }

  function searching() {
    const field = $("search"), list = $("found");
    let hits = [], at = -1;
    function close() {
      list.hidden = true;
      list.replaceChildren();
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
      hits = [];
      at = -1;
    }
    function take(hit) {
      close();
      field.value = hit.label;
      if (hit.code && ownArea(hit.code)) {
        const point = geomatch.borders.points[hit.code];
        if (!map.getBounds().contains(point)) map.panTo(point, { animate: false });
        choose(hit.code, "keyboard");
      } else if (hit.code) location.href = pageOf(hit.code);
      else {
        switchOn("activities");
        map.setView(hit.activity.at, Math.max(map.getZoom(), 10), { animate: false });
        chooseMark({ own: [hit.activity], at: hit.activity.at }, "keyboard");
      }
    }
    function mark(next) {
      const options = list.children;
      if (!options.length) return;
      if (at >= 0) options[at].setAttribute("aria-selected", "false");
      at = (next + options.length) % options.length;
      options[at].setAttribute("aria-selected", "true");
      options[at].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", options[at].id);
    }
    function show(found) {
      list.replaceChildren();
      at = -1;
      field.removeAttribute("aria-activedescendant");
      hits = found;
      found.forEach(function (hit, n) {
        const option = element("li", hit.label);
        option.append(" ", element("small", hit.kind));
        option.id = "found-" + n;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.addEventListener("mousedown", function (event) { event.preventDefault(); take(hit); });
        list.append(option);
      });
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(Boolean(found.length)));
      $("map-status").textContent = field.value.trim() ? said(words.hits, { n: found.length }) : "";
    }
    function look() {
      const wanted = folded(field.value.trim());
      if (!wanted) { close(); return; }
      function fits(text) { return folded(text).includes(wanted); }
      const own = Object.keys(names).filter(function (code) { return fits(names[code]); }).sort(function (one, other) {
        return Number(!folded(names[one]).startsWith(wanted)) - Number(!folded(names[other]).startsWith(wanted)) ||
          names[one].localeCompare(names[other], "sv");
      }).map(function (code) { return { label: names[code], kind: geomatch.borders.counties[code.slice(0, 2)], code: code }; });
      const month = state.month, loaded = geomatch.activities && geomatch.activities[month];
      const list = loaded && loaded.list ? loaded.list : [];
      const acts = list.filter(function (one) { return fits(one.name); }).map(function (one) {
        return { label: one.name.slice(0, 120), kind: said(words.activity_in, { place: nameOf(one.code) }), activity: one };
      });
      show(own.slice(0, 8).concat(acts.slice(0, 8)));
    }
    field.addEventListener("focus", function () { part("activities", state.month).catch(function () {}); });
    field.addEventListener("input", function () {
      look();
      /* The first letters may come before the list of activities does. */
      part("activities", state.month).then(function () { if (document.activeElement === field && field.value) look(); }, function () {});
    });
    field.addEventListener("blur", close);
    field.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown") mark(at + 1);
      else if (event.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
      else if (event.key === "Enter") {
        if (!hits.length) look();
        if (hits.length) take(hits[Math.max(0, at)]);
      } else if (event.key === "Escape" && !list.hidden) close();
      else return;
      event.preventDefault();
    });
  }

  /* ------------------------------------------------------------------------------------------------- table */

  /* The table under the map tells the month that the map shows. */
  function fillTable(values) {
    for (const row of document.querySelectorAll("table[data-follows] tr[data-area]")) {
      const at = values.at.get(row.dataset.area);
      const way = row.querySelector("th a");
      if (way) way.href = row.dataset.area.length === 4 ? pageOf(row.dataset.area) : countyPage(row.dataset.area);
      for (const cell of row.querySelectorAll("[data-field]")) {
        const field = cell.dataset.field;
        if (!(field in values)) continue;
        const value = at === undefined ? undefined : values[field][at];
        const text = figure(field, value);
        if (cell.textContent === text) continue;
        cell.textContent = text;
        const low = Array.isArray(value) ? value[0] : value;
        if (typeof low === "number") cell.dataset.value = String(low);
        else delete cell.dataset.value;
      }
    }
    for (const place of document.querySelectorAll("table[data-follows] [data-month-shown]")) place.textContent = monthText(values.month);
    for (const table of document.querySelectorAll("table[data-follows]")) table.dispatchEvent(new Event("filled"));
  }

  /* The rest of the page is of its own month; a reader who steps away is told so, and led to the other page. */
  function fillNotice(complaint) {
    const notice = $("map-notice");
    notice.replaceChildren();
    notice.hidden = state.month === page.month && !complaint;
    if (complaint) {
      notice.append(complaint);
      $("map-status").textContent = complaint;
    }
    if (state.month === page.month) return;
    if (complaint) notice.append(" ");
    const below = page.level === "country" ? "" : page.area.slice(0, 2) + "/";
    notice.append(said(words.other_month, { month: monthText(state.month), own: monthText(page.month) }) + " ");
    notice.append(link(said(words.page_of_month, { month: monthText(state.month) }), ROOT + words.prefix + state.month + "/" + below + "index.html"));
  }

  /* ------------------------------------------------------------------------------------------------- paper */

  function printing() {
    let before = null;
    const unfolded = [];
    window.addEventListener("beforeprint", function () {
      for (const details of document.querySelectorAll("details:not([open])")) {
        details.open = true;
        unfolded.push(details);
      }
      if (before) return;
      before = { centre: map.getCenter(), zoom: map.getZoom() };
      document.documentElement.classList.add("printing");
      map.invalidateSize({ animate: false, pan: false });
      fitToAreas(map, areas);
    });
    window.addEventListener("afterprint", function () {
      for (const details of unfolded.splice(0)) details.open = false;
      if (!before) return;
      document.documentElement.classList.remove("printing");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(before.centre, before.zoom, { animate: false });
      before = null;
    });
  }

  keepPlace();
  geomatch.site = { start: start, tiles: function (drawn, layer) { geomatch.tiles = layer; } };
})();
