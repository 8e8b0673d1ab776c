variable "VERSION" {
  default = "dev"
}

group "default" {
  targets = ["site", "preview", "tools"]
}

target "site" {
  context = "./site"
  target = "site"
  tags = ["migration/site:before"]
  args = { VERSION = VERSION, DRAFTS = "no" }
}

target "preview" {
  inherits = ["site"]
  tags = ["migration/preview:before"]
  args = { DRAFTS = "yes" }
}

target "tools" {
  context = "."
  dockerfile = "tools/Dockerfile"
  contexts = { "migration/site" = "target:site" }
  tags = ["migration/tools:before"]
  labels = { "com.example.team" = "web" }
}
