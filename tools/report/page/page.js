'use strict';
(() => {
  const page = JSON.parse(document.getElementById('data').textContent);
  const days3 = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  // Okabe and Ito's set (two exchanged for contrast on white and on black), readable without colour vision; lines and
  // points differ in dash and shape as well.
  const hues = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7a5ac2', '#8f8f2a'];
  const dashes = ['solid', 'solid', 'dashed', 'solid', 'dashed', 'dotted', 'dotted', 'dashed', 'dotted'];
  const shapes = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle', 'emptyDiamond'];
  const cividis = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];
  const place = new Map(page.kinds.map((kind, i) => [kind, i]));
  const drawn = new Map();
  let ink = {};

  const escape = s => String(s).replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');
  const fixed = (v, decimals) => {
    let text = Math.abs(v).toFixed(decimals);
    const whole = text.split('.')[0];
    if (whole.length > 4) text = text.replace(/\d+/, whole.replace(/\B(?=(\d{3})+$)/g, '\u202f'));
    return (v < 0 && /[1-9]/.test(text) ? '\u2212' : '') + text;
  };
  const num = v => {
    if (v === null || v === undefined || Number.isNaN(v)) return '';
    const size = Math.abs(v);
    if (size === 0) return '0';
    const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(size)));
    const text = fixed(v, decimals);
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  };
  const level = (v, unit) => unit === '%' ? fixed(v, 3) : num(v);
  const dayOf = iso => {
    const d = new Date(iso + 'T00:00Z');
    return isNaN(d) ? iso : `${d.getUTCDate()} ${months[d.getUTCMonth()]}`;
  };
  const longDayOf = iso => {
    const d = new Date(iso + 'T00:00Z');
    return isNaN(d) ? iso : `${days3[d.getUTCDay()]} ${d.getUTCDate()} ${months[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
  };
  const momentOf = ms => {
    const d = new Date(ms), two = n => String(n).padStart(2, '0');
    return `${days3[d.getUTCDay()]} ${d.getUTCDate()} ${months[d.getUTCMonth()]}, ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  };
  // Kinds take hues by their place on the page; where two on one chart would share one, the later takes the next free.
  const hueOf = series => {
    const used = new Set();
    return series.map((s, i) => {
      if (s.key === 'other') return ink.faint;
      let at = (place.has(s.key) ? place.get(s.key) : i) % hues.length;
      for (let n = 0; n < hues.length && used.has(at); n++) at = (at + 1) % hues.length;
      used.add(at);
      return hues[at];
    });
  };
  const tip = (head, rows, foot) => `<div class="tip"><b>${escape(head)}</b><table>` +
    rows.map(([a, b]) => `<tr><td>${a}</td><td>${b}</td></tr>`).join('') + `</table>${foot ? escape(foot) : ''}</div>`;
  const swatch = color => `<span style="display:inline-block;width:9px;height:9px;margin-right:5px;background:${color}"></span>`;

  const readInk = () => {
    const css = getComputedStyle(document.documentElement);
    for (const name of ['paper', 'panel', 'ink', 'soft', 'faint', 'rule', 'grid', 'accent', 'band', 'band2', 'warn']) {
      ink[name] = css.getPropertyValue('--' + name).trim();
    }
  };
  const font = () => getComputedStyle(document.body).fontFamily;
  const frame = extra => Object.assign({
    animation: false, useUTC: true, textStyle: {fontFamily: font(), color: ink.soft, fontSize: 11},
    grid: {left: 4, right: 10, top: 12, bottom: 4, containLabel: true},
    tooltip: {trigger: 'axis', confine: true, backgroundColor: ink.panel, borderColor: ink.rule, padding: [6, 9],
      textStyle: {color: ink.ink, fontSize: 12}, axisPointer: {type: 'line', lineStyle: {color: ink.faint}}, transitionDuration: 0}
  }, extra);
  // Round bounds around [low, high] and as many decimals as the step needs.
  const valueAxis = (low, high, lines = 4) => {
    if (!(low < high)) { const room = Math.abs(low) * 0.05 || 1; low -= room; high += room; }
    const raw = (high - low) / lines, power = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 2.5, 5, 10].map(k => k * power).find(k => k >= raw * 0.999);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (Math.abs(step / power - 2.5) < 1e-9 ? 1 : 0));
    const tidy = v => Number(v.toPrecision(12));
    return {type: 'value', min: tidy(Math.floor(low / step + 1e-9) * step), max: tidy(Math.ceil(high / step - 1e-9) * step), interval: tidy(step),
      axisLabel: {color: ink.soft, fontSize: 11, formatter: v => fixed(v, decimals)}, splitLine: {lineStyle: {color: ink.grid}}, axisLine: {show: false}};
  };
  const reach = values => { const list = values.flat(Infinity).filter(v => v !== null && v !== undefined); return [Math.min(...list), Math.max(...list)]; };
  const categoryAxis = (data, extra) => Object.assign({type: 'category', data, axisLabel: {color: ink.soft, fontSize: 11, hideOverlap: true},
    axisLine: {lineStyle: {color: ink.faint}, onZero: false}, axisTick: {show: false}}, extra);
  const legend = (names, shape) => ({data: names, type: 'plain', top: 0, left: 0, itemWidth: 16, itemHeight: 8, itemGap: 10, icon: shape,
    textStyle: {color: ink.soft, fontSize: 11}, inactiveColor: ink.faint});
  // Room for a legend that wraps: about 6.2 px a letter.
  const legendHeight = (names, width) => {
    let lines = 1, at = 0;
    for (const name of names) {
      const w = 32 + 6.2 * name.length;
      if (at > 0 && at + w > width) { lines++; at = 0; }
      at += w;
    }
    return 8 + 19 * lines;
  };

  const draw = {};
  draw.band = c => {
    const [p05, p25, p50, p75, p95] = c.q;
    const one = c.runs < 2;
    const at = new Map(c.t.map((t, i) => [t, i]));
    const stretch = (low, high, color, stack) => [
      {type: 'line', data: c.t.map((t, i) => [t, low[i]]), stack, stackStrategy: 'all', lineStyle: {opacity: 0}, symbol: 'none', silent: true},
      {type: 'line', data: c.t.map((t, i) => [t, high[i] - low[i]]), stack, stackStrategy: 'all', lineStyle: {opacity: 0}, symbol: 'none',
        areaStyle: {color, origin: 'auto'}, silent: true}];
    const series = one ? [] : [...stretch(p05, p95, ink.band, 'outer'), ...stretch(p25, p75, ink.band2, 'inner')];
    series.push({name: 'median', type: 'line', data: c.t.map((t, i) => [t, p50[i]]), symbol: c.t.length < 3 ? 'circle' : 'none', lineStyle: {color: ink.accent, width: 1.6},
      itemStyle: {color: ink.accent}, z: 4});
    if (c.null) series.push({name: 'null', type: 'line', data: c.null, symbol: 'none', lineStyle: {color: ink.faint, width: 1.2, type: 'dashed'}, itemStyle: {color: ink.faint}, z: 3});
    c.refs.forEach((r, i) => series.push({name: r.name, type: 'line', data: r.points, symbol: 'none',
      lineStyle: {color: ink.warn, width: 1.4, type: 'dotted'}, itemStyle: {color: ink.warn}, z: 3,
      endLabel: {show: true, formatter: r.name, color: ink.warn, fontSize: 11, align: 'right', verticalAlign: 'bottom', distance: 0}}));
    if (c.observed.length) series.push({name: 'observed', type: 'scatter', data: c.observed.map(o => [o[0], o[1]]), symbol: 'diamond', symbolSize: 9,
      itemStyle: {color: ink.ink, borderColor: ink.paper, borderWidth: 1}, z: 6});
    const every = [p05, p95, c.observed.map(o => o[1]), (c.null || []).map(o => o[1]), ...c.refs.map(r => r.points.map(o => o[1]))].flat();
    const start = c.t[0], end = c.t[c.t.length - 1];
    const near = (points, t) => points.reduce((a, b) => Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a, points[0]);
    return frame({
      xAxis: {type: 'time', min: Math.min(start, ...c.observed.map(o => o[0])), max: Math.max(end, ...c.observed.map(o => o[0])), minInterval: 86400000, splitNumber: 5,
        axisLabel: {color: ink.soft, fontSize: 11, hideOverlap: true, formatter: ms => { const d = new Date(ms); return `${d.getUTCDate()} ${months[d.getUTCMonth()]}`; }},
        axisLine: {lineStyle: {color: ink.faint}, onZero: false}, axisTick: {lineStyle: {color: ink.faint}}, splitLine: {show: false}},
      yAxis: valueAxis(...reach(every)),
      series,
      tooltip: Object.assign(frame().tooltip, {formatter: list => {
        const t = list[0].axisValue;
        let i = at.get(t);
        if (i === undefined) i = c.t.reduce((best, one, k) => Math.abs(one - t) < Math.abs(c.t[best] - t) ? k : best, 0);
        const v = x => level(x, c.unit);
        const rows = one ? [['value', v(p50[i])]] : [['median', v(p50[i])], ['middle 50%', `${v(p25[i])} to ${v(p75[i])}`],
          ['middle 90%', `${v(p05[i])} to ${v(p95[i])}`]];
        if (c.null) rows.push(['null', v(near(c.null, c.t[i])[1])]);
        for (const r of c.refs) rows.push([escape(r.name), v(near(r.points, c.t[i])[1])]);
        let foot = '';
        if (c.observed.length) {
          const o = near(c.observed, t);
          if (Math.abs(o[0] - t) < 43200000) { rows.push(['observed ' + momentOf(o[0]).slice(0, -7), v(o[1])]); foot = o[2]; }
        }
        rows.push(['seeds', c.n[i]]);
        return tip(momentOf(c.t[i]), rows, foot);
      }})
    });
  };
  draw.stack = (c, pick, width) => {
    const set = c.sets[pick] || c.sets[0], names = set.series.map(s => s.name), colors = hueOf(set.series);
    const sums = sign => c.days.map((_, d) => set.series.reduce((sum, s) => sum + Math.max(0, sign * s.values[d]), 0));
    return frame({
      legend: legend(names, 'rect'), grid: {left: 4, right: 6, top: legendHeight(names, width), bottom: 4, containLabel: true},
      xAxis: categoryAxis(c.days.map(dayOf)), yAxis: valueAxis(-Math.max(...sums(-1)), Math.max(...sums(1), 1e-9)),
      series: set.series.map((s, i) => ({name: s.name, type: 'bar', stack: 'all', data: s.values.map(v => v || null), barMaxWidth: 46, barCategoryGap: '28%',
        itemStyle: {color: colors[i], borderColor: ink.paper, borderWidth: 0.5}})),
      tooltip: Object.assign(frame().tooltip, {axisPointer: {type: 'shadow', shadowStyle: {color: ink.grid, opacity: .6}}, formatter: list => tip(longDayOf(c.days[list[0].dataIndex]),
        list.filter(p => p.value).sort((a, b) => b.value - a.value).map(p => [swatch(p.color) + escape(p.seriesName), num(p.value)]), '')})
    });
  };
  draw.lines = (c, pick, width) => {
    const set = c.sets[pick] || c.sets[0], names = set.series.map(s => s.name), colors = hueOf(set.series);
    const series = set.series.map((s, i) => ({name: s.name, type: 'line', data: s.values, connectNulls: true, symbol: shapes[i % shapes.length], symbolSize: 5,
      showAllSymbol: true, lineStyle: {color: colors[i], width: 1.7, type: dashes[i % dashes.length]}, itemStyle: {color: colors[i]}}));
    if (c.threshold !== undefined && series.length) {
      series[0].markLine = {silent: true, symbol: 'none', label: {show: false}, lineStyle: {color: ink.ink, type: 'solid', width: 1}, data: [{yAxis: c.threshold}]};
    }
    const all = set.series.map(s => s.values);
    const y = valueAxis(...reach(c.threshold === undefined ? all : [all, 0, 1.1 * c.threshold]));
    return frame({
      legend: legend(names), grid: {left: 4, right: 10, top: legendHeight(names, width), bottom: 4, containLabel: true},
      xAxis: categoryAxis(c.days.map(dayOf)), yAxis: y, series,
      tooltip: Object.assign(frame().tooltip, {formatter: list => tip(longDayOf(c.days[list[0].dataIndex]),
        list.filter(p => p.value !== null && p.value !== undefined).sort((a, b) => b.value - a.value)
          .map(p => [swatch(p.color) + escape(p.seriesName), level(p.value, c.unit)]), '')})
    });
  };
  const readable = color => {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16) / 255);
    return 0.299 * r + 0.587 * g + 0.114 * b > 0.5 ? '#111' : '#fff';
  };
  const shade = (v, low, high) => cividis[Math.max(0, Math.min(cividis.length - 1, Math.floor(cividis.length * (v - low) / ((high - low) || 1))))];
  const heat = (rows, cols, cells, o) => {
    const values = cells.map(x => x[2]);
    const low = Math.min(o.low === undefined ? Infinity : o.low, ...values), high = Math.max(o.high === undefined ? -Infinity : o.high, ...values, low + 1e-12);
    const decimals = Math.max(Math.abs(low), Math.abs(high)) >= 100 ? 0 : (o.whole === undefined ? values.every(Number.isInteger) : o.whole) ? 0 : Math.abs(high) >= 10 ? 1 : 2;
    const cramped = o.width / Math.max(1, cols.length) < 46;
    return frame({
      grid: {left: 4, right: 8, top: o.top || 4, bottom: 34, containLabel: true},
      xAxis: categoryAxis(cols, {name: o.col_name, nameLocation: 'middle', nameGap: 24, splitArea: {show: false}, position: o.col_top ? 'top' : 'bottom', axisLabel: {color: ink.soft, fontSize: 11, interval: cols.length > 14 && !o.turn ? 'auto' : 0, rotate: o.turn ? 55 : 0, hideOverlap: !o.turn, width: 92, overflow: 'truncate'}}),
      yAxis: categoryAxis(rows, {name: o.row_name, nameLocation: o.upward ? 'end' : 'start', nameGap: 6, nameTextStyle: {align: 'left', color: ink.soft}, inverse: !o.upward, axisLabel: {color: ink.soft, fontSize: 11, interval: 0, width: o.width < 500 ? 84 : 150, overflow: 'truncate'}}),
      visualMap: {type: 'continuous', min: low, max: high, calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 9, itemHeight: Math.min(180, o.width / 2.4), text: [num(high), num(low)], formatter: num,
        textStyle: {color: ink.soft, fontSize: 11}, inRange: {color: cividis}, dimension: 2},
      series: [{type: 'heatmap', data: cells.map(x => ({value: x.slice(0, 3), detail: x[3], label: {color: readable(shade(x[2], low, high))}})),
        label: {show: !cramped && rows.length < 24, fontSize: 10.5, formatter: p => fixed(p.value[2], decimals)}, itemStyle: {borderColor: ink.paper, borderWidth: 1},
        emphasis: {itemStyle: {borderColor: ink.ink, borderWidth: 1.5}}}],
      tooltip: Object.assign(frame().tooltip, {trigger: 'item', formatter: p => o.tip(p)})
    });
  };
  draw.matrix = (c, pick, width) => {
    const set = c.sets[pick] || c.sets[0], cols = c.days ? c.days.map(dayOf) : c.cols;
    return heat(c.rows, cols, set.cells, {width, low: c.days ? undefined : 0, turn: !c.days, top: c.days ? 4 : 18,
      row_name: c.days ? '' : 'seller \u2193  buyer \u2192', tip: p => tip(
      c.days ? `${c.rows[p.value[1]]}, ${longDayOf(c.days[p.value[0]])}` : `${c.rows[p.value[1]]} to ${c.cols[p.value[0]]}`,
      [[c.days ? 'use' : escape(c.unit), num(p.value[2])]], p.data.detail)});
  };
  draw.bars = (c, pick, width) => {
    const items = (c.sets ? (c.sets[pick] || c.sets[0]).items : c.items).slice().sort((a, b) => c.largest_first ? b.value - a.value : a.value - b.value);
    return frame({
      grid: {left: 4, right: 14, top: 4, bottom: 4, containLabel: true}, xAxis: valueAxis(...reach([0, items.map(i => [i.low, i.high])]), width < 500 ? 3 : 5),
      yAxis: categoryAxis(items.map(i => i.name), {inverse: true, axisLabel: {color: ink.soft, fontSize: 11, interval: 0, width: width < 500 ? 84 : 150, overflow: 'truncate'}}),
      series: [{type: 'bar', data: items.map(i => i.value), barMaxWidth: 14, itemStyle: {color: p => items[p.dataIndex].value < 0 ? ink.warn : ink.accent, opacity: .8}},
        {type: 'custom', silent: true, data: items.map((i, k) => [k, i.low, i.high]), encode: {x: [1, 2], y: 0}, z: 5, renderItem: (_, api) => {
          const a = api.coord([api.value(1), api.value(0)]), b = api.coord([api.value(2), api.value(0)]);
          const line = (x1, y1, x2, y2) => ({type: 'line', shape: {x1, y1, x2, y2}, style: {stroke: ink.ink, lineWidth: 1}});
          return {type: 'group', children: [line(a[0], a[1], b[0], b[1]), line(a[0], a[1] - 3, a[0], a[1] + 3), line(b[0], b[1] - 3, b[0], b[1] + 3)]};
        }}],
      tooltip: Object.assign(frame().tooltip, {trigger: 'item', formatter: p => {
        const i = items[p.dataIndex];
        return tip(i.name, [[c.value_word || 'median', num(i.value)], [c.bounds_word || '5% to 95%', `${num(i.low)} to ${num(i.high)}`]], i.detail);
      }})
    });
  };
  // Loss of every point looked at, and the best so far; a logarithmic axis, since a failed point costs thousands.
  draw.convergence = c => {
    const names = ['points', 'best so far'], losses = c.points.concat(c.best).map(p => p[1]).filter(v => v > 0);
    const [low, high] = reach(losses);
    return frame({
      legend: legend(names), grid: {left: 4, right: 14, top: 30, bottom: 22, containLabel: true},
      xAxis: {type: 'value', min: 0, max: Math.max(1, ...c.points.map(p => p[0])), name: 'point', nameLocation: 'middle', nameGap: 22, axisLabel: {color: ink.soft, fontSize: 11}, splitLine: {show: false}, axisLine: {lineStyle: {color: ink.faint}}},
      yAxis: {type: 'log', min: Math.pow(10, Math.floor(Math.log10(low) * 4) / 4), max: Math.pow(10, Math.ceil(Math.log10(high) * 4) / 4), axisLabel: {color: ink.soft, fontSize: 11, formatter: num}, splitLine: {lineStyle: {color: ink.grid}}, axisLine: {show: false}},
      series: [{name: names[0], type: 'scatter', data: c.points, symbolSize: 4, itemStyle: {color: ink.faint}},
        {name: names[1], type: 'line', step: 'end', data: c.best, symbol: 'none', lineStyle: {color: ink.accent, width: 2}, itemStyle: {color: ink.accent}}],
      tooltip: Object.assign(frame().tooltip, {formatter: list => tip('Point ' + list[0].value[0], list.map(p => [swatch(p.color) + p.seriesName, num(p.value[1])]), '')})
    });
  };
  draw.graph = (c, pick, width, height) => {
    const set = c.sets[pick] || c.sets[0];
    const most = Math.max(1e-9, ...c.nodes.map(n => n.face)), edge = Math.max(1e-9, ...c.sets.flatMap(s => s.links.map(l => l[2])));
    const kinds = [...new Map(c.nodes.map(n => [n.kind || 'other', n.key])).entries()].map(([name, key]) => ({name, key}));
    const colors = hueOf(kinds);
    // Coordinates already in the plot's own proportions, so that nothing is stretched.
    const top = legendHeight(kinds.map(k => k.name), width) + 14, side = width < 500 ? 34 : 60;
    const [left, right] = reach(c.nodes.map(n => n.x)), [down, up] = reach(c.nodes.map(n => n.y));
    const wide = width - 2 * side, tall = height - top - 20;
    const shown = c.nodes.map(n => n.face).sort((a, b) => b - a)[Math.min(c.nodes.length, width < 500 ? 8 : 22) - 1];
    return frame({
      legend: legend(kinds.map(k => k.name), 'circle'),
      series: [{type: 'graph', layout: 'none', roam: false, top, bottom: 20, left: side, right: side,
        edgeSymbol: ['none', 'arrow'], edgeSymbolSize: 5, categories: kinds.map((k, i) => ({name: k.name, symbol: shapes[i % 4], itemStyle: {color: colors[i]}})),
        data: c.nodes.map(n => ({name: n.name, x: wide * (n.x - left) / (right - left || 1), y: tall * (up - n.y) / (up - down || 1), value: n.face, symbolSize: 6 + 26 * Math.sqrt(n.face / most),
          category: kinds.findIndex(k => k.name === (n.kind || 'other')), label: {show: n.face >= shown}})),
        links: set.links.map(l => ({source: l[0], target: l[1], value: l[2], detail: l[3], lineStyle: {width: 0.4 + 4 * Math.sqrt(l[2] / edge)}})),
        label: {position: 'right', distance: 3, color: ink.ink, fontSize: 10.5, textBorderColor: ink.paper, textBorderWidth: 2}, labelLayout: {hideOverlap: true},
        lineStyle: {color: ink.faint, opacity: .5, curveness: .12}, emphasis: {focus: 'adjacency', lineStyle: {opacity: .9, color: ink.accent}}}],
      tooltip: Object.assign(frame().tooltip, {trigger: 'item', formatter: p => p.dataType === 'edge'
        ? tip(`${c.nodes[p.data.source].name} \u2192 ${c.nodes[p.data.target].name}`, [['$bn face', num(p.data.value)]], p.data.detail)
        : tip(p.name, [['pledged and received, $bn', num(p.data.value)]], c.nodes[p.dataIndex].kind)})
    });
  };
  // A sweep's axes that take more than one value: across, up, side by side, and the others, of which one value is picked.
  const rolesOf = c => {
    const varied = c.axes.map((_, a) => a).filter(a => c.axes[a].ticks.length > 1);
    if (!varied.length) varied.push(0);
    const multiples = varied.length > 2 && c.axes[varied[2]].ticks.length <= 9;
    return {across: varied[0], up: varied[1], side: multiples ? varied[2] : undefined, picked: varied.slice(multiples ? 3 : 2)};
  };
  const panelsOf = (c, width) => {
    const roles = rolesOf(c), count = roles.side === undefined ? 1 : c.axes[roles.side].ticks.length;
    const columns = Math.min(count, width < 560 ? 1 : width < 900 ? 2 : 3), rows = roles.up === undefined ? 1 : c.axes[roles.up].ticks.length;
    return {count, columns, lines: Math.ceil(count / columns), height: Math.max(count > 1 ? 150 : 204, 26 * rows + 60)};
  };
  // picks: the metric, then a value of each picked axis; line: where to draw it, else where half of the seeds collapse.
  draw.sweep = (c, picks, width, _, line) => {
    const {across, up, side, picked} = rolesOf(c), layout = panelsOf(c, width), metric = c.metrics[picks[0] || 0];
    const panels = Array.from({length: layout.count}, () => []);
    c.points.forEach((at, i) => {
      if (picked.some((a, k) => at[a] !== (picks[k + 1] || 0))) return;
      if (metric.cells[i]) panels[side === undefined ? 0 : at[side]].push([at[across], up === undefined ? 0 : at[up], metric.cells[i].mean, i]);
    });
    if (!panels.some(p => p.length)) return null;
    const collapse = c.metrics.find(m => m.label.toLowerCase().startsWith('collapse share'));
    const parting = line === undefined ? collapse : metric, level = line === undefined ? 0.5 : line;
    const beyond = cell => parting && cell && parting.cells[cell[3]] ? parting.cells[cell[3]].mean >= level : undefined;
    const [low, high] = reach(panels.map(p => p.map(cell => cell[2]))), whole = panels.every(p => p.every(cell => Number.isInteger(cell[2])));
    const head = 20, title = layout.count > 1 ? 18 : 0, wide = width / layout.columns, names = `\u2192 ${c.axes[across].name}` + (up === undefined ? '' : `    \u2191 ${c.axes[up].name}`);
    const all = frame({grid: [], xAxis: [], yAxis: [], series: [], title: [{text: names, left: 0, top: 0, textStyle: {color: ink.soft, fontSize: 11, fontWeight: 'normal', width: width - 8, overflow: 'truncate'}}]});
    panels.forEach((cells, k) => {
      const left = (k % layout.columns) * wide, top = head + Math.floor(k / layout.columns) * layout.height;
      const one = heat(up === undefined ? [''] : c.axes[up].ticks, c.axes[across].ticks, cells, {width: wide, low, high, whole, upward: true, tip: p => {
        const cell = metric.cells[p.data.detail];
        return tip(metric.label, [['mean', num(cell.mean)], ['standard error', cell.se === undefined ? 'one seed' : num(cell.se)], ['seeds', cell.n],
          ...c.points[p.data.detail].map((at, a) => [escape(c.axes[a].name), escape(c.axes[a].ticks[at])])], '');
      }});
      // The line runs between neighbours on either side of the level.
      const edges = [], places = new Map(cells.map(cell => [cell[0] + ' ' + cell[1], cell]));
      for (const cell of cells) for (const [dx, dy] of [[1, 0], [0, 1]]) {
        const here = beyond(cell), there = beyond(places.get((cell[0] + dx) + ' ' + (cell[1] + dy)));
        if (here !== undefined && there !== undefined && here !== there) edges.push([cell[0], cell[1], dy]);
      }
      all.grid.push({left: left + 4, width: wide - 14, top: top + title, height: layout.height - title - 8, containLabel: true});
      all.xAxis.push(Object.assign(one.xAxis, {gridIndex: k}));
      all.yAxis.push(Object.assign(one.yAxis, {gridIndex: k}));
      all.series.push(Object.assign(one.series[0], {xAxisIndex: k, yAxisIndex: k}));
      all.series.push({type: 'custom', silent: true, z: 6, xAxisIndex: k, yAxisIndex: k, data: edges, renderItem: (_, api) => {
        const [x, y] = api.coord([api.value(0), api.value(1)]), [w, h] = api.size([1, 1]).map(s => s / 2), above = api.value(2) === 1;
        return {type: 'line', shape: above ? {x1: x - w, y1: y - h, x2: x + w, y2: y - h} : {x1: x + w, y1: y - h, x2: x + w, y2: y + h}, style: {stroke: ink.warn, lineWidth: 4}};
      }});
      if (title) all.title.push({text: `${c.axes[side].name} = ${c.axes[side].ticks[k]}`, left, top: top, textStyle: {color: ink.ink, fontSize: 11.5, fontWeight: 'bold', width: wide - 8, overflow: 'truncate'}});
      all.visualMap = Object.assign(one.visualMap, {seriesIndex: panels.map((_, at) => 2 * at), itemHeight: Math.min(180, width / 2.4)});
      all.tooltip = one.tooltip;
    });
    return all;
  };
  const showCell = (c, picks, point) => {
    const metric = c.metrics[picks[0] || 0], cell = metric.cells[point];
    document.getElementById('cell').innerHTML = `<b>${escape(metric.label)}</b> at ` +
      c.points[point].map((k, a) => `${escape(c.axes[a].name)} = ${escape(c.axes[a].ticks[k])}`).join(', ') +
      `: mean ${num(cell.mean)}${cell.se === undefined ? '' : ' ± ' + num(cell.se)}<table class="narrow"><thead><tr><th class="n">Seed</th><th class="n">Value</th></tr></thead><tbody>` +
      cell.seeds.map(([seed, v]) => `<tr><td class="n">${seed}</td><td class="n">${num(v)}</td></tr>`).join('') + '</tbody></table>';
  };

  const select = (figure, options, change, label) => {
    const box = document.createElement('select');
    box.setAttribute('aria-label', label);
    options.forEach((text, i) => box.add(new Option(text, i)));
    box.onchange = () => change(box.selectedIndex);
    figure.querySelector('.picks').append(box);
  };
  const fit = figure => {
    const c = page.charts[figure.dataset.chart];
    if (c.type !== 'sweep') return;
    const layout = panelsOf(c, figure.clientWidth);
    figure.querySelector('.plot').style.height = 20 + layout.lines * layout.height + 32 + 'px';
  };
  const render = figure => {
    const c = page.charts[figure.dataset.chart], plot = figure.querySelector('.plot');
    let state = drawn.get(figure);
    if (!state) {
      state = {picks: []};
      drawn.set(figure, state);
      const pick = i => value => { state.picks[i] = value; refresh(figure); };
      if (c.type === 'sweep') {
        const varies = m => new Set(m.cells.filter(cell => cell).map(cell => cell.mean)).size > 1;
        const first = c.start !== undefined ? c.start : ['collapse', '10-year yield', '10-year window yield', ''].map(w => c.metrics.findIndex(m => m.label.toLowerCase().startsWith(w) && varies(m))).find(i => i >= 0);
        const box = document.createElement('input');
        // A line belongs to the metric it was drawn for.
        const choose = metric => {
          state.picks[0] = metric;
          state.line = metric === c.start ? c.line : undefined;
          box.value = state.line === undefined ? '' : state.line;
        };
        choose(first === undefined ? 0 : first);
        select(figure, c.metrics.map(m => m.label), metric => { choose(metric); refresh(figure); }, 'metric');
        figure.querySelector('select').selectedIndex = state.picks[0];
        rolesOf(c).picked.forEach((a, k) => select(figure, c.axes[a].ticks.map(t => `${c.axes[a].name} = ${t}`), pick(k + 1), c.axes[a].name));
        Object.assign(box, {type: 'number', step: 'any', placeholder: 'line at\u2026', oninput: () => { state.line = box.value === '' ? undefined : Number(box.value); refresh(figure); }});
        box.setAttribute('aria-label', 'value of the metric at which to draw a line');
        figure.querySelector('.picks').append(box);
      } else if (c.sets && c.sets.length > 1) {
        select(figure, c.sets.map(s => s.label), pick(0), 'what to show');
        state.picks[0] = figure.querySelector('select').selectedIndex = c.start || 0;
      }
      const rows = c.type === 'matrix' ? c.rows.length : c.type === 'bars' ? (c.items || c.sets[0].items).length : 0;
      if (rows) plot.style.height = Math.max(160, Math.min(760, 24 + (c.cols ? 130 : 56) + 24 * rows)) + 'px';
    }
    fit(figure);
    if (state.chart) state.chart.dispose();
    state.chart = echarts.init(plot, null, {renderer: 'canvas'});
    if (c.type === 'sweep') state.chart.on('click', p => { if (p.data && p.data.detail !== undefined) showCell(c, state.picks, p.data.detail); });
    refresh(figure);
  };
  const refresh = figure => {
    const c = page.charts[figure.dataset.chart], state = drawn.get(figure);
    const option = draw[c.type](c, c.type === 'sweep' ? state.picks : state.picks[0] || 0, figure.clientWidth, figure.querySelector('.plot').clientHeight, state.line);
    if (option) state.chart.setOption(option, true); else state.chart.clear();
  };

  readInk();
  const figures = [...document.querySelectorAll('figure[data-chart]')];
  const watch = new IntersectionObserver(entries => entries.forEach(e => {
    if (e.isIntersecting && !drawn.has(e.target)) { watch.unobserve(e.target); render(e.target); }
  }), {rootMargin: '800px'});
  figures.forEach(f => watch.observe(f));
  let wait = 0, wide = document.body.clientWidth;
  new ResizeObserver(() => {
    if (document.body.clientWidth === wide) return;
    wide = document.body.clientWidth;
    clearTimeout(wait);
    wait = setTimeout(() => drawn.forEach((state, figure) => { fit(figure); state.chart.resize(); refresh(figure); }), 120);
  }).observe(document.body);
  addEventListener('beforeprint', () => figures.forEach(f => { if (!drawn.has(f)) render(f); }));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readInk(); drawn.forEach((_, figure) => render(figure)); });
})();
