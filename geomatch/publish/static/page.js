"use strict";
/* What a county page does beyond being read: popups as text, labels that fit, tables that sort.
 * Values reach the page only as text nodes, never as markup. Words come from the page's data attributes. */
(function () {
  const words = document.body.dataset;
  const labelled = [];

  function popupNode(said) {
    const node = document.createElement("div");
    node.className = "gm-popup";
    node.tabIndex = -1;
    node.setAttribute("role", "dialog");
    node.setAttribute("aria-label", said.title);
    const title = document.createElement("h3");
    title.textContent = said.title;
    node.append(title);
    for (const sentence of said.text) {
      const paragraph = document.createElement("p");
      paragraph.textContent = sentence;
      node.append(paragraph);
    }
    return node;
  }

  function textNode(text) {
    const node = document.createElement("span");
    node.textContent = text;
    return node;
  }

  /* Name and interval of a municipality, written below its point. */
  function labelNode(said) {
    const node = document.createElement("span");
    const name = document.createElement("b");
    name.textContent = said.title;
    node.append(name, document.createElement("br"), said.label);
    return node;
  }

  /* What opened the popup that is open, when the keyboard did. */
  let opener = null;

  /* A shape is reached with Tab and opened with Enter or the space bar, like a button; the popup then has the focus. */
  function makeButton(layer, said) {
    layer.on("add", function () {
      const element = layer.getElement && layer.getElement();
      if (!element || element.dataset.ready) return;
      element.dataset.ready = "1";
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      element.setAttribute("aria-haspopup", "dialog");
      element.setAttribute("aria-label", said.name);
      element.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        layer.openPopup();
        opener = element;
        const popup = layer.getPopup().getElement();
        if (popup) popup.querySelector(".gm-popup").focus({ preventScroll: true });
      });
    });
  }

  /* For the pointer only. Leaflet listens for focus on whatever has a tooltip, and that alone makes a shape a stop. */
  function keepOutOfTabs(layer) {
    layer.on("add", function () {
      const element = layer.getElement();
      element.setAttribute("tabindex", "-1");
      element.setAttribute("aria-hidden", "true");
    });
  }

  function onFeature(feature, layer) {
    const properties = feature.properties;
    if (properties.at) {
      const at = L.latLng(properties.at);
      layer.getCenter = function () { return at; };
    }
    const said = geomatch.texts[properties.said];
    if (said === undefined) {
      layer.options.interactive = false;
      return;
    }
    if (properties.pane) layer.options.pane = properties.pane;
    layer.bindPopup(function () { return popupNode(said); }, {
      maxWidth: 340, minWidth: 180, maxHeight: 300, autoPanPadding: [12, 12],
    });
    if (said.label) {
      layer.bindTooltip(labelNode(said), {
        permanent: true, direction: "bottom", offset: [0, 8], className: "gm-label", pane: "labels",
      });
      labelled.push(layer);
    } else {
      layer.bindTooltip(textNode(said.hover), { sticky: true });
    }
    if (properties.stop) makeButton(layer, said);
    else keepOutOfTabs(layer);
  }

  const BESIDE = [
    ["bottom", 0, 8], ["top", 0, -8], ["right", 8, 0], ["left", -8, 0],
    ["right", 4, 22], ["left", -4, 22], ["right", 4, -22], ["left", -4, -22],
    ["bottom", 0, 24], ["top", 0, -24], ["right", 26, 0], ["left", -26, 0],
  ];

  function meet(one, other) {
    return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  }

  /* A label is shown where its municipality is wide enough for it; larger gaps first. It lies within the map, covers no
   * other label and no other municipality's point, and no activity covers it. Of the places beside its point it takes
   * the first on its own municipality, else the first; where there is none it is left out. */
  function fitLabels(map) {
    const points = Array.from(map.getContainer().querySelectorAll(".gm-activity, .gm-unreached"), function (point) {
      return point.getBoundingClientRect();
    });
    const frame = map.getContainer().getBoundingClientRect();
    const kept = [];
    const labels = [];
    for (const layer of labelled) {
      const tooltip = layer.getTooltip();
      const label = map.hasLayer(layer) && tooltip && tooltip.getElement();
      if (label) {
        const at = map.latLngToContainerPoint(layer.getCenter()).add([frame.left, frame.top]);
        labels.push({
          label: label, layer: layer, tooltip: tooltip, weight: layer.feature.properties.weight,
          spot: { left: at.x, right: at.x, top: at.y, bottom: at.y },
        });
      }
    }
    labels.sort(function (one, other) { return other.weight - one.weight; });
    for (const { label } of labels) label.hidden = false;
    for (const { label, layer, tooltip } of labels) {
      const area = layer.getElement().getBoundingClientRect();
      if (area.width * 1.25 < label.getBoundingClientRect().width) {
        label.hidden = true;
        continue;
      }
      let best = null;
      for (const side of BESIDE) {
        place(tooltip, side);
        const box = label.getBoundingClientRect();
        if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) continue;
        if (points.some(function (point) { return meet(box, point); })) continue;
        if (kept.some(function (other) { return meet(box, other); })) continue;
        if (labels.some(function (other) { return other.layer !== layer && meet(box, other.spot); })) continue;
        const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        const away = middle[0] < area.left || middle[0] > area.right || middle[1] < area.top || middle[1] > area.bottom;
        if (!best || !away) best = side;
        if (!away) break;
      }
      label.hidden = !best;
      if (best) {
        place(tooltip, best);
        kept.push(label.getBoundingClientRect());
      }
    }
  }

  function place(tooltip, [direction, x, y]) {
    tooltip.options.direction = direction;
    tooltip.options.offset = L.point(x, y);
    tooltip.update();
  }

  function ready(map, control, layers) {
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    /* The list of layers stands in the legend, where it covers nothing. */
    const place = document.getElementById("layers");
    place.append(control.getContainer());
    place.hidden = false;
    map.on("popupopen", function (event) {
      opener = null;
      const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (close) close.setAttribute("aria-label", words.close);
    });
    map.on("popupclose", function (event) {
      const within = event.popup.getElement();
      const back = opener;
      opener = null;
      if (back && (document.activeElement === document.body || (within && within.contains(document.activeElement)))) {
        back.focus({ preventScroll: true });
      }
    });
    /* Leaflet listens for Escape only while the map itself has the focus. */
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape") map.closePopup();
    });
    map.on("overlayadd", function () {
      for (const layer of layers) {
        if (map.hasLayer(layer) && layer.bringToFront) layer.bringToFront();
      }
    });
    /* After the next frame: at the end of a zoom the shapes have not been drawn anew yet. */
    map.on("zoomend moveend overlayadd resize", function () {
      window.requestAnimationFrame(function () { fitLabels(map); });
    });
    fitLabels(map);
    printWhole(map);
    document.documentElement.classList.add("map-ready");
  }

  /* Paper has another shape than the screen: the whole county is fitted to it, and put back afterwards. */
  function printWhole(map) {
    const whole = L.latLngBounds([]);
    for (const layer of labelled) whole.extend(layer.getBounds());
    let before = null;
    window.addEventListener("beforeprint", function () {
      if (before) return;
      before = { centre: map.getCenter(), zoom: map.getZoom() };
      document.documentElement.classList.add("printing");
      map.closePopup();
      map.invalidateSize({ animate: false, pan: false });
      if (whole.isValid()) map.fitBounds(whole, { animate: false, padding: [6, 6] });
      fitLabels(map);
    });
    window.addEventListener("afterprint", function () {
      if (!before) return;
      document.documentElement.classList.remove("printing");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(before.centre, before.zoom, { animate: false });
      before = null;
    });
  }

  /* What is folded away is printed as well. Browsers that know ::details-content do it by style alone. */
  const unfolded = [];
  window.addEventListener("beforeprint", function () {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      unfolded.push(details);
    }
  });
  window.addEventListener("afterprint", function () {
    for (const details of unfolded.splice(0)) details.open = false;
  });

  /* Labels lie above the lines and below the points of activities (zIndex of panes: shapes 400, markers 600). */
  if (window.L) {
    L.Map.addInitHook(function () {
      this.createPane("labels").style.zIndex = 440;
      this.createPane("points").style.zIndex = 460;
    });
  }

  /* data.js fills the texts. */
  window.geomatch = { onFeature: onFeature, ready: ready, texts: [] };
})();
