import { createServer } from "node:http";
import { departuresFrom, PIERS } from "@harbour/timetable";
import escapeHtml from "escape-html";

const rows = PIERS.flatMap((pier) =>
  departuresFrom(pier).map(({ to, every }) => `<li>${escapeHtml(`${pier}: ${to}, every ${every}`)}</li>`),
);
const page = `<!doctype html><title>Departures</title><ul>${rows.join("")}</ul>\n`;

createServer((_, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(page);
}).listen(process.env.PORT);
