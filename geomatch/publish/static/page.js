"use strict";
/* What a county page does beyond being read: popups as text, labels that fit, tables that sort.
 * Values reach the page only as text nodes, never as markup. Words come from the page's data attributes. */
(function () {
  const words = document.body.dataset;
  const labelled = [];

  function popupNode(said) {
    const node = document.createElement("div");
    node.className = "gm-popup";
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

  /* A shape is reached with Tab and opened with Enter or the space bar, like a button. */
  function makeButton(layer, said) {
    layer.on("add", function () {
      const element = layer.getElement && layer.getElement();
      if (!element || element.dataset.ready) return;
      element.dataset.ready = "1";
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      const more = said.label || said.hover;
      element.setAttribute("aria-label", said.title + (more ? ": " + more : ""));
      element.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          layer.openPopup();
        }
      });
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
    layer.bindPopup(function () { return popupNode(said); }, {
      maxWidth: 340, minWidth: 180, maxHeight: 300, autoPanPadding: [12, 12],
    });
    if (said.label) {
      layer.bindTooltip(labelNode(said), {
        permanent: true, direction: "bottom", offset: [0, 8], className: "gm-label",
      });
      labelled.push(layer);
    } else {
      layer.bindTooltip(textNode(said.hover), { sticky: true });
    }
    if (layer instanceof L.Marker) {
      layer.on("add", function () { layer.getElement().setAttribute("aria-label", said.title); });
    } else if (said.label || properties.stop) {
      makeButton(layer, said);
    }
  }

  /* A label is shown where its municipality is wide enough for it, and no label covers another: larger gaps first. */
  function fitLabels(map) {
    const kept = [];
    const labels = [];
    for (const layer of labelled) {
      const tooltip = layer.getTooltip();
      const label = map.hasLayer(layer) && tooltip && tooltip.getElement();
      if (label) labels.push({ label: label, layer: layer, weight: layer.feature.properties.weight });
    }
    labels.sort(function (one, other) { return other.weight - one.weight; });
    for (const { label } of labels) label.hidden = false;
    for (const { label, layer } of labels) {
      const box = label.getBoundingClientRect();
      const area = layer.getElement().getBoundingClientRect();
      if (area.width * 1.25 < box.width) {
        label.hidden = true;
        continue;
      }
      const clash = kept.some(function (other) {
        return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      });
      label.hidden = clash;
      if (!clash) kept.push(box);
    }
  }

  function ready(map, control, layers) {
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    /* The list of layers stands in the legend, where it covers nothing. */
    const place = document.getElementById("layers");
    place.append(control.getContainer());
    place.hidden = false;
    map.on("popupopen", function (event) {
      const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (close) close.setAttribute("aria-label", words.close);
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
    document.documentElement.classList.add("map-ready");
  }

  /* data.js fills the texts. */
  window.geomatch = { onFeature: onFeature, ready: ready, texts: [] };

  /* Tables */

  function sortValue(cell) {
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  }

  function isMissing(cell) {
    return cell.dataset.value === undefined && (cell.textContent.trim() === "–" || cell.textContent.trim() === "");
  }

  function sortBy(table, header, column, status) {
    const descending = header.getAttribute("aria-sort") === "ascending" ||
      (header.classList.contains("number") && header.getAttribute("aria-sort") !== "descending");
    const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const turn = descending ? -1 : 1;
    rows.sort(function (one, other) {
      const a = one.cells[column], b = other.cells[column];
      const missing = Number(isMissing(a)) - Number(isMissing(b));
      if (missing || isMissing(a)) return missing;
      const x = sortValue(a), y = sortValue(b);
      if (typeof x === "number" && typeof y === "number") return turn * (x - y);
      return turn * collator.compare(String(x), String(y));
    });
    body.append(...rows);
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    status.textContent = (descending ? words.sortedDown : words.sortedUp).replace("{column}", header.textContent.trim());
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const status = document.createElement("p");
    status.className = "hidden-text";
    status.setAttribute("role", "status");
    table.parentElement.after(status);
    const headers = table.tHead.rows[table.tHead.rows.length - 1].cells;
    Array.from(headers).forEach(function (header, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent.trim();
      button.addEventListener("click", function () { sortBy(table, header, column, status); });
      header.replaceChildren(button);
    });
  }
})();
