// build --description: the same fields from a JSON file.

import Testing

struct DescriptionFileTests {
  private static let valid = """
    {
      "profile": "dev", "imageVersion": 7, "kernel": "kernel.elf", "rootTask": "rootd.elf",
      "services": {"vspaced": "vspaced.elf", "memd": "memd.elf"},
      "drivers": {"drv-serial": "serial.elf"},
      "bootConfig": "boot-config.bin", "blobs": {"console-font": "font.pf2"}
    }
    """

  /// Builds from a description.
  private func build(_ text: String, _ options: [String] = []) throws -> (Outcome, [UInt8]?) {
    let folder = try TestFolder()
    _ = try folder.buildOptions()
    let description = try folder.write("image.json", text)
    let outcome = Outcome(
      ["build", "--description", description, "-o", folder.file("boot.img")] + options)
    return (outcome, try? folder.read("boot.img"))
  }

  @Test func `a description gives the image of the same options`() throws {
    let folder = try TestFolder()
    #expect(Outcome(try folder.buildOptions() + ["-o", folder.file("boot.img")]).status == 0)
    let (outcome, image) = try build(Self.valid)
    #expect(outcome == Outcome(status: 0))
    #expect(try image == folder.read("boot.img"))
  }

  @Test func `options win over the description`() throws {
    let folder = try TestFolder()
    let kernel = try folder.write("other", "another kernel")
    let config = try folder.write("smoke.bin", SmallConfig.section("smoke"))
    let (outcome, image) = try build(
      Self.valid,
      [
        "--profile", "smoke", "--image-version", "8", "--kernel", kernel, "--boot-config", config,
      ])
    #expect(outcome.status == 0)
    let built = try folder.write("built.img", try #require(image))
    let report = Outcome(["inspect", built]).output
    #expect(report.contains("profile        smoke\nimage version  8\n"))
    let kernelLine = try #require(report.split(separator: "\n").first { $0.hasPrefix("0 ") })
    #expect(kernelLine.split(separator: " ")[4...5] == ["4096", "14"])
  }

  @Test func `a key in the description signs`() throws {
    let text = Self.valid.replacing(
      "\"profile\"", with: "\"key\": \"\(DevelopmentKeys.privatePath)\", \"profile\"")
    let (outcome, image) = try build(text)
    #expect(outcome.status == 0)
    let folder = try TestFolder()
    let built = try folder.write("built.img", try #require(image))
    #expect(Outcome(["verify", built, "--key", DevelopmentKeys.publicPath]).status == 0)
  }

  @Test(arguments: [
    ("", "at 0: expected a value"), ("{", "at 1: expected a key in quotes"),
    ("{\"profile\": \"dev\",}", "at 18: expected a key in quotes"),
    ("{} {}", "at 3: text after the end"),
    ("{\"kernel\": null}", "at 11: expected a value"),
    ("{\"imageVersion\": -1}", "at 17: not a whole number from 0 to 2^64 - 1"),
    ("{\"imageVersion\": 1.5}", "at 17: not a whole number from 0 to 2^64 - 1"),
    (
      "{\"imageVersion\": 18446744073709551616}",
      "at 17: not a whole number from 0 to 2^64 - 1"
    ),
    ("{\"kernel\": \"a\", \"kernel\": \"b\"}", "at 16: duplicate key"),
    ("{\"services\": {\"memd\": \"a\", \"memd\": \"b\"}}", "at 27: duplicate key"),
    ("[]", "(top): expected an object"),
    ("{\"profile\": \"debug\"}", "profile: unknown name \"debug\""),
    ("{\"profile\": 1}", "profile: expected a string"),
    ("{\"imageVersion\": \"one\"}", "imageVersion: expected a number"),
    ("{\"kernal\": \"x\"}", "kernal: unknown key"),
    ("{\"kernel\": [\"x\"]}", "kernel: expected a string"),
    ("{\"key\": true}", "key: expected a string"),
    ("{\"buildID\": \"00\"}", "buildID: expected 64 lower-case hexadecimal digits"),
    ("{\"services\": []}", "services: expected an object"),
    ("{\"services\": {\"memd\": 1}}", "services.memd: expected a string"),
    (
      "{\"services\": {\"nobody\": \"x\"}}",
      "services.nobody: the key is not the name of a service"
    ),
    (
      "{\"drivers\": {\"memd\": \"x\"}}", "drivers.memd: the key is not the name of a driver"
    ),
    ("{\"blobs\": {\"a b\": \"x\"}}", "blobs.a b: the key is not a section name"),
  ])
  func `a bad description is refused`(text: String, reason: String) throws {
    let (outcome, image) = try build(text)
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix("/image.json: \(reason)\n"))
    #expect(image == nil)
  }

  @Test func `a build id in the description is taken`() throws {
    let id = String(repeating: "0a", count: 32)
    let text = Self.valid.replacing("\"profile\"", with: "\"buildID\": \"\(id)\", \"profile\"")
    let (outcome, image) = try build(text)
    #expect(outcome.status == 0)
    let folder = try TestFolder()
    let built = try folder.write("built.img", try #require(image))
    #expect(Outcome(["inspect", built]).output.contains("build id       \(id)\n"))
  }

  @Test(arguments: [0, 1])
  func `a description above 1 MiB is not read`(excess: Int) throws {
    let padding = String(repeating: " ", count: (1 << 20) + excess - Self.valid.utf8.count)
    let (outcome, _) = try build(Self.valid + padding)
    #expect(outcome.status == Int32(excess))
    #expect(excess == 0 || outcome.errors.hasSuffix("cannot read: File too large\n"))
  }

  @Test func `every truncation of a description is refused`() throws {
    let folder = try TestFolder()
    let text = Array(Self.valid.utf8)
    let path = folder.file("image.json")
    for length in 0..<text.count {
      try folder.write("image.json", Array(text[..<length]))
      let outcome = Outcome(["build", "--description", path, "-o", folder.file("boot.img")])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("boot-tool: \(path): at "))
    }
  }

  @Test func `a missing description is named`() {
    let outcome = Outcome(["build", "--description", "/nonexistent/image.json", "-o", "x"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("/nonexistent/image.json: cannot open"))
  }
}
