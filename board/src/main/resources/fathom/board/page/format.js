// Numbers as a reader takes them in: few digits, units.
export function number(v) {
  if (v === null || v === undefined) return "–";
  if (v === 0) return "0";
  const size = Math.abs(v);
  if (size >= 1e6 || size < 1e-3) {
    const [digits, exponent] = v.toExponential(2).split("e");
    return `${Number(digits)}e${Number(exponent)}`;
  }
  if (Number.isInteger(v)) return String(v);
  return String(Number(v.toPrecision(4)));
}

export function count(v) {
  if (v === null || v === undefined) return "–";
  const size = Math.abs(v);
  for (const [unit, name] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= unit) {
      const scale = unit === 1e4 ? 1e3 : unit;
      return `${Number((v / scale).toPrecision(3))}${name}`;
    }
  }
  return String(Number(v.toPrecision(4)));
}

export function bytes(v) {
  if (v === null || v === undefined) return "–";
  for (const [unit, name] of [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]]) {
    if (Math.abs(v) >= unit) return `${Number((v / unit).toPrecision(3))} ${name}`;
  }
  return `${v} B`;
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = n => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}`
    : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
