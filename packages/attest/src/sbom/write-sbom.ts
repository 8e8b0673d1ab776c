// Writes the packages of an image as a document of CycloneDX 1.6. Only this file loads its library.
import { Factories } from "@cyclonedx/cyclonedx-library/Contrib/License";
import { ComponentType } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, Component, type License, Property } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as JsonForm, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { PackageURL } from "packageurl-js";
import validate from "spdx-expression-parse";
import type { FoundPackages } from "./collect-packages.ts";
import { toExpression } from "./debian-licenses.ts";
import type { PackageFound } from "./package-found.ts";

/** The document as data: the same for the same image. */
export function writeSbom(
  { distribution, notes, packages }: FoundPackages,
  image: {
    /** Its repository. */
    readonly name: string;
    /** "sha256:…" */
    readonly digest: string;
    /** Version of sti, "1.2.3". */
    readonly toolVersion: string;
  },
): unknown {
  const bom = new Bom();
  bom.metadata.component = new Component(ComponentType.Container, image.name, {
    version: image.digest,
    bomRef: "image",
  });
  bom.metadata.tools.components.add(
    new Component(ComponentType.Application, "sti", { version: image.toolVersion, bomRef: "sti" }),
  );
  bom.metadata.properties.add(new Property("sti:read", "apk, dpkg, Go build info, npm, Python, RPM"));
  for (const note of notes) bom.metadata.properties.add(new Property("sti:not-read", note));
  if (distribution !== undefined) {
    const { id, version } = distribution;
    bom.components.add(
      new Component(ComponentType.OperatingSystem, id, {
        bomRef: "distribution",
        ...(version === "" ? {} : { version }),
      }),
    );
  }
  for (const found of packages) bom.components.add(describePackage(found, distribution));
  const normalise = new JsonForm.Normalize.Factory(Spec1dot6);
  const text = new JsonSerializer(normalise).serialize(bom, { sortLists: true });
  return JSON.parse(text);
}

function describePackage(found: PackageFound, distribution: FoundPackages["distribution"]): Component {
  const { ecosystem, epoch, file, name, version } = found;
  const purl = packageUrl(found, distribution);
  const component = new Component(ComponentType.Library, name, {
    bomRef: purl,
    purl,
    ...(version === undefined ? {} : { version: epoch === undefined ? version : `${epoch}:${version}` }),
  });
  component.properties.add(new Property("sti:package-type", ecosystem));
  component.properties.add(new Property("sti:file", file));
  for (const license of licensesOf(found)) component.licenses.add(license);
  return component;
}

const factory = new Factories.LicenseFactory(validate);

/** One may be an expression; several are ids and names. What SPDX does not know has a name alone. */
function licensesOf({ ecosystem, licenses = [] }: PackageFound): readonly License[] {
  const all = ecosystem === "deb" ? joinLicenses(licenses) : licenses;
  return all.map((license) => {
    // The library looks ids up in a plain object, which has properties of its own.
    if (license.toLowerCase() in Object.prototype) return factory.makeNamedLicense(license);
    return all.length === 1 ? factory.makeFromString(license) : factory.makeDisjunctive(license);
  });
}

/** One expression if each of them is one: a list has no expressions beside names. */
function joinLicenses(licenses: readonly string[]): readonly string[] {
  const expressions = licenses.map(toExpression);
  const all = licenses.map((license, at) => (isExpression(expressions[at]) ? expressions[at] : license));
  const different = [...new Set(all)];
  if (different.length < 2 || !expressions.every(isExpression)) return different;
  return [different.map((one) => (one.includes(" ") ? `(${one})` : one)).join(" AND ")];
}

function isExpression(text: string | undefined): text is string {
  try {
    validate(text ?? "");
    return true;
  } catch {
    return false;
  }
}

function packageUrl(
  { architecture, ecosystem, epoch, name, upstream, version }: PackageFound,
  distribution: FoundPackages["distribution"],
): string {
  const isOfDistribution = ecosystem === "deb" || ecosystem === "apk" || ecosystem === "rpm";
  const slash = isOfDistribution ? -1 : name.lastIndexOf("/");
  const vendor = ecosystem === "rpm" ? rpmVendor(distribution?.id) : distribution?.id;
  const namespace = isOfDistribution ? vendor : slash < 0 ? undefined : name.slice(0, slash);
  const release =
    distribution?.version === "" ? distribution.id : `${distribution?.id}-${distribution?.version}`;
  const qualifiers = {
    ...(architecture === undefined ? {} : { arch: architecture }),
    ...(epoch === undefined ? {} : { epoch: String(epoch) }),
    ...(isOfDistribution && distribution !== undefined ? { distro: release } : {}),
    ...(upstream === undefined ? {} : { upstream }),
  };
  const own = name.slice(slash + 1);
  return new PackageURL(ecosystem, namespace, own, version, qualifiers, undefined).toString();
}

/** Package URLs of these have their vendor's name. */
function rpmVendor(distribution: string | undefined): string | undefined {
  if (distribution === "rhel") return "redhat";
  return distribution?.startsWith("opensuse-") ? "opensuse" : distribution;
}
