import { createServer } from "node:http";
import { departuresFrom } from "@harbour/timetable";
import { parse } from "regexparam";

const { pattern } = parse("/departures/:pier");

createServer(({ url }, response) => {
  const pier = pattern.exec(url)?.[1];
  const departures = pier === undefined ? [] : departuresFrom(pier);
  response.statusCode = departures.length === 0 ? 404 : 200;
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify(departures)}\n`);
}).listen(process.env.PORT);
