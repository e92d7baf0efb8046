"use strict";
/* What is drawn: borders, values as classes, pairs of municipalities, activities in clusters, names of places.
 * Values reach the page as text nodes and class names only. Looks are in map.css. */
window.geomatch = window.geomatch || {};
(function () {
  /* TopoJSON: arcs are steps on a grid, and a ring names its arcs, backwards ones by their complement. */
  function decoded(topology, object) {
    const scale = topology.transform.scale, move = topology.transform.translate;
    const lines = topology.arcs.map(function (arc) {
      let x = 0, y = 0;
      return arc.map(function (step) {
        x += step[0];
        y += step[1];
        return [x * scale[0] + move[0], y * scale[1] + move[1]];
      });
    });
    function ring(numbers) {
      const points = [];
      for (const number of numbers) {
        const line = number < 0 ? lines[~number].slice().reverse() : lines[number];
        for (let n = points.length ? 1 : 0; n < line.length; n += 1) points.push(line[n]);
      }
      return points;
    }
    return topology.objects[object].geometries.map(function (one) {
      const polygons = one.type === "Polygon" ? [one.arcs] : one.arcs;
      return {
        type: "Feature",
        id: one.id,
        properties: one.properties || {},
        geometry: { type: "MultiPolygon", coordinates: polygons.map(function (rings) { return rings.map(ring); }) },
      };
    });
  }

  /* Of several elements one is a stop of the Tab key; the arrows go on from it, in the order given. Letters jump. */
  function roving(elements, nameOf) {
    let at = 0, typed = "", last = 0;
    elements.forEach(function (one, number) { one.setAttribute("tabindex", number ? "-1" : "0"); });
    function go(number) {
      elements[at].setAttribute("tabindex", "-1");
      at = (number + elements.length) % elements.length;
      elements[at].setAttribute("tabindex", "0");
      elements[at].focus({ preventScroll: true });
    }
    function onKey(event) {
      const now = elements.indexOf(event.currentTarget);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step) go(now + step);
      else if (event.key === "Home") go(0);
      else if (event.key === "End") go(elements.length - 1);
      else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
        typed = event.timeStamp - last < 900 ? typed + event.key.toLowerCase() : event.key.toLowerCase();
        last = event.timeStamp;
        const found = elements.findIndex(function (one) { return nameOf(one).toLowerCase().startsWith(typed); });
        if (found < 0) return;
        go(found);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }
    for (const one of elements) one.addEventListener("keydown", onKey);
    return function (element) { if (elements.includes(element)) go(elements.indexOf(element)); };
  }

  function pressed(element, act) {
    element.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      act("keyboard");
    });
  }

  /* The class of a figure: its look, and whether it is an interval. The highest value decides, as the legend says. */
  function classOf(value, classes) {
    if (value === undefined || value === null) return { name: "s-missing", wide: false };
    if (typeof value === "string") {
      return { name: { "..": "s-withheld", "-": "s-missing", ".": "s-none" }[value] || "s-missing", wide: false };
    }
    const wide = Array.isArray(value);
    /* A change that may be either way is neither: it has the class of the middle, hatched. */
    if (wide && classes.kind === "d" && value[0] < 0 && value[1] > 0) return { name: "d2", wide: true };
    const top = wide ? value[1] : value;
    let number = 0;
    for (const limit of classes.limits) if (top >= limit) number += 1;
    return { name: classes.kind + number, wide: wide };
  }

  /* The areas of one map. `own` tells which can be chosen; the others are ground. */
  function areasOn(map, options) {
    const layers = new Map();
    const features = decoded(geomatch.borders.topology, "municipalities").sort(function (one, other) {
      return one.properties.name.localeCompare(other.properties.name, "sv");
    });
    L.geoJSON({ type: "FeatureCollection", features: features }, {
      smoothFactor: 0.6,
      style: function (feature) {
        const own = options.own(feature.id);
        return { className: own ? "gm-area" : "gm-neighbour", interactive: own, weight: 1, fillOpacity: 1, fill: true };
      },
      onEachFeature: function (feature, layer) {
        if (!options.own(feature.id)) {
          layer.options.interactive = false;
          return;
        }
        layers.set(feature.id, layer);
        layer.on("click", function () { options.choose(feature.id, "pointer"); });
      },
    }).addTo(map);
    L.geoJSON({ type: "FeatureCollection", features: decoded(geomatch.borders.topology, "counties") }, {
      interactive: false, smoothFactor: 0.6, style: { className: "gm-county", fill: false, weight: 1.6 },
    }).addTo(map);
    const elements = [];
    for (const [code, layer] of layers) {
      const element = layer.getElement();
      element.setAttribute("role", "button");
      element.dataset.code = code;
      elements.push(element);
      pressed(element, function (way) { options.choose(code, way); });
      layer.bindTooltip(function () { return options.tip(code); }, { sticky: true, className: "gm-tip" });
      element.addEventListener("focus", function () {
        const at = geomatch.borders.points[code];
        if (!element.matches(":focus-visible")) return;
        if (!map.getBounds().contains(at)) map.panTo(at, { animate: false });
        layer.openTooltip(L.latLng(at));
      });
      element.addEventListener("blur", function () { layer.closeTooltip(); });
      element.addEventListener("keydown", function (event) { if (event.key === "Escape") layer.closeTooltip(); });
    }
    const focus = elements.length
      ? roving(elements, function (element) { return options.nameOf(element.dataset.code); })
      : function () {};

    function paint(values, field, chosen) {
      const classes = geomatch.classes[field];
      for (const [code, layer] of layers) {
        const element = layer.getElement();
        const at = values ? values.at.get(code) : undefined;
        const value = at === undefined ? undefined : values[field][at];
        const look = at === undefined ? { name: "gm-unpublished", wide: false } : classOf(value, classes);
        const fill = look.name.startsWith("s-") || look.wide ? "url(#" + (look.wide ? "hatch-" : "") + look.name + ")" : "";
        const name = "gm-area leaflet-interactive " + (fill ? "patterned " : "") + look.name + (code === chosen ? " chosen" : "");
        if (element.getAttribute("class") !== name) element.setAttribute("class", name);
        layer.options.fillColor = fill || undefined;
        if (fill) element.setAttribute("fill", fill);
        else element.removeAttribute("fill");
        element.setAttribute("aria-label", options.labelOf(code, value));
        element.setAttribute("aria-pressed", String(code === chosen));
      }
      const top = layers.get(chosen);
      if (top && top.getElement() !== document.activeElement) top.bringToFront();
    }

    return {
      paint: paint,
      focus: function (code) { if (layers.has(code)) focus(layers.get(code).getElement()); },
      bounds: function (wanted) {
        const found = L.latLngBounds([]);
        for (const [code, layer] of layers) if (wanted(code)) found.extend(layer.getBounds());
        return found;
      },
    };
  }

  /* A bent line with a head, so that there and back are two lines. */
  function arrow(map, from, to, className) {
    /* In pixels of the scale that is shown, so that heads keep their size. */
    const ZOOM = map.getZoom();
    const a = map.project(from, ZOOM), b = map.project(to, ZOOM);
    const bend = L.point((a.x + b.x) / 2 - (b.y - a.y) * 0.16, (a.y + b.y) / 2 + (b.x - a.x) * 0.16);
    function at(t) {
      return L.point(
        (1 - t) * (1 - t) * a.x + 2 * t * (1 - t) * bend.x + t * t * b.x,
        (1 - t) * (1 - t) * a.y + 2 * t * (1 - t) * bend.y + t * t * b.y,
      );
    }
    const points = [];
    for (let n = 0; n <= 16; n += 1) points.push(map.unproject(at(n / 16), ZOOM));
    const tip = at(0.66), before = at(0.6);
    const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
    const along = L.point((tip.x - before.x) / length, (tip.y - before.y) / length);
    const size = Math.min(a.distanceTo(b) * 0.3, 13);
    const foot = L.point(tip.x - along.x * size, tip.y - along.y * size);
    const head = [
      tip, L.point(foot.x - along.y * size * 0.5, foot.y + along.x * size * 0.5),
      L.point(foot.x + along.y * size * 0.5, foot.y - along.x * size * 0.5),
    ].map(function (point) { return map.unproject(point, ZOOM); });
    function options(name, more) { return Object.assign({ className: name, interactive: false, pane: "pairs" }, more); }
    return L.layerGroup([
      L.polyline(points, options("gm-pair-ground")),
      L.polyline(points, options("gm-pair " + className)),
      L.polygon(head, options("gm-pair-head " + className, { fill: true, fillOpacity: 1 })),
    ]);
  }

  function pairsOn(map) {
    const group = L.layerGroup();
    let pairs = [];
    function paint() {
      group.clearLayers();
      for (const pair of pairs) {
        const from = geomatch.borders.points[pair.from], to = geomatch.borders.points[pair.to];
        if (from && to) group.addLayer(arrow(map, L.latLng(from), L.latLng(to), "pair-" + pair.kind));
      }
    }
    map.on("zoomend", paint);
    return {
      group: group,
      show: function (wanted) {
        pairs = wanted;
        paint();
      },
    };
  }

  /* Activities in one cell of a grid of pixels are one mark, which tells how many they are. */
  function activitiesOn(map, options) {
    const CELL = 56, APART = 12;
    const group = L.layerGroup();
    let entries = [];
    function marks() {
      const cells = new Map();
      const zoom = map.getZoom();
      for (const entry of entries) {
        const at = map.project(L.latLng(entry.at), zoom);
        const key = zoom >= APART ? entry.at.join(" ") : Math.floor(at.x / CELL) + " " + Math.floor(at.y / CELL);
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(entry);
      }
      return Array.from(cells.values(), function (own) {
        const lat = own.reduce(function (sum, one) { return sum + one.at[0]; }, 0) / own.length;
        const lon = own.reduce(function (sum, one) { return sum + one.at[1]; }, 0) / own.length;
        return { own: own, at: [lat, lon] };
      }).sort(function (one, other) { return other.at[0] - one.at[0] || one.at[1] - other.at[1]; });
    }
    function paint() {
      group.clearLayers();
      const elements = [];
      for (const mark of marks()) {
        const several = mark.own.length > 1;
        const face = document.createElement("span");
        face.className = several ? "gm-cluster" : "gm-activity";
        if (mark.own.every(function (one) { return !one.exact; })) face.className += " approximate";
        face.textContent = several ? String(mark.own.length) : "";
        const size = several ? 26 + Math.min(16, Math.round(3 * Math.log2(mark.own.length))) : 24;
        const marker = L.marker(mark.at, {
          icon: L.divIcon({ html: face, className: "gm-mark", iconSize: [size, size] }), keyboard: false,
        });
        group.addLayer(marker);
        marker.on("click", function () { options.choose(mark, "pointer"); });
        const element = marker.getElement();
        if (!element) continue;
        element.setAttribute("role", "button");
        element.setAttribute("aria-label", options.nameOf(mark));
        element.dataset.count = String(mark.own.length);
        pressed(element, function (way) { options.choose(mark, way); });
        elements.push(element);
      }
      if (elements.length) roving(elements, function (element) { return element.getAttribute("aria-label"); });
    }
    map.on("zoomend", function () { if (map.hasLayer(group)) paint(); });
    group.on("add", paint);
    return {
      group: group,
      show: function (wanted) {
        entries = wanted;
        if (map.hasLayer(group)) paint();
      },
    };
  }

  /* Names at points: larger weights first, each only where it meets no other and lies within the map. */
  function namesOn(map, pane, look) {
    const group = L.layerGroup();
    function fit() {
      const frame = map.getContainer().getBoundingClientRect();
      const kept = Array.from(map.getContainer().querySelectorAll(".gm-mark"), function (mark) {
        return mark.getBoundingClientRect();
      });
      for (const other of map.getContainer().querySelectorAll(".gm-name:not([hidden]) > :not(." + look + ")")) {
        kept.push(other.getBoundingClientRect());
      }
      /* First all names are shown, then all measured, then hidden: one layout, where one a name would be hundreds. */
      const names = [];
      group.eachLayer(function (marker) { if (marker.getElement()) names.push(marker.getElement()); });
      for (const name of names) name.hidden = false;
      const boxes = names.map(function (name) { return name.firstElementChild.getBoundingClientRect(); });
      names.forEach(function (name, number) {
        const box = boxes[number];
        const out = box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
        name.hidden = out || kept.some(function (other) {
          return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
        });
        if (!name.hidden) kept.push(box);
      });
    }
    function soon() { if (map.hasLayer(group)) window.requestAnimationFrame(fit); }
    map.on("moveend zoomend resize", soon);
    group.on("add", soon);
    return {
      group: group,
      fit: soon,
      show: function (wanted) {
        group.clearLayers();
        for (const entry of wanted.slice().sort(function (one, other) { return other.weight - one.weight; })) {
          const face = document.createElement("span");
          face.className = look;
          const name = document.createElement("b");
          name.textContent = entry.name;
          face.append(name);
          if (entry.value !== undefined) face.append(document.createElement("br"), entry.value);
          const marker = L.marker(entry.at, {
            icon: L.divIcon({ html: face, className: "gm-name", iconSize: [0, 0] }),
            interactive: false, keyboard: false, pane: pane,
          });
          marker.on("add", function () { marker.getElement().setAttribute("aria-hidden", "true"); });
          group.addLayer(marker);
        }
        soon();
      },
    };
  }

  geomatch.draw = {
    activitiesOn: activitiesOn, areasOn: areasOn, classOf: classOf, decoded: decoded, namesOn: namesOn, pairsOn: pairsOn,
  };
})();
