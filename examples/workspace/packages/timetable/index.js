import ms from "ms";

const BOATS = [
  { pier: "A", to: "Long Island", minutes: 20 },
  { pier: "A", to: "Seal Rock & Lighthouse", minutes: 120 },
  { pier: "B", to: "Old Town", minutes: 10 },
];

export const PIERS = [...new Set(BOATS.map(({ pier }) => pier))];

export function departuresFrom(pier) {
  return BOATS.filter((boat) => boat.pier === pier).map(({ to, minutes }) => ({
    to,
    every: ms(minutes * 60_000, { long: true }),
  }));
}
