// Fills in $(name) in a response. Values are never filled in again.

export function render(template, values) {
  return template.replace(/\$\(([^)]+)\)/g, (whole, name) => {
    const range = /^random\.(\d+)-(\d+)$/.exec(name);
    if (range) return String(between(Number(range[1]), Number(range[2])));
    if (name.startsWith('pick ')) return pick(name.slice(5).split('|'));
    return values[name] ?? (name.startsWith('match.') ? values.groups?.[name.slice(6)] : undefined) ?? whole;
  });
}

export const pick = (list) => list[Math.floor(Math.random() * list.length)];

const between = (low, high) => low + Math.floor(Math.random() * (high - low + 1));
