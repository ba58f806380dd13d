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
    let (outcome, image) = try build(
      Self.valid, ["--profile", "smoke", "--image-version", "8", "--kernel", kernel])
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
    ("", "not a JSON object"), ("[]", "not a JSON object"), ("{", "not a JSON object"),
    ("{\"profile\": true}", "not a JSON object"),
    ("{\"imageVersion\": -1}", "not a JSON object"),
    ("{\"imageVersion\": 1.5}", "not a JSON object"),
    ("{\"profile\": \"debug\"}", "field 'profile' is unknown or has a bad value"),
    ("{\"profile\": 1}", "field 'profile' is unknown or has a bad value"),
    ("{\"kernal\": \"x\"}", "field 'kernal' is unknown or has a bad value"),
    ("{\"buildID\": \"00\"}", "field 'buildID' is unknown or has a bad value"),
    ("{\"services\": {\"nobody\": \"x\"}}", "field 'services': there is no service 'nobody'"),
    ("{\"blobs\": {\"a b\": \"x\"}}", "field 'blobs': 'a b' is not a section name"),
  ])
  func `a bad description is refused`(text: String, reason: String) throws {
    let (outcome, image) = try build(text)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("image.json: \(reason)"))
    #expect(image == nil)
  }

  @Test func `a missing description is named`() {
    let outcome = Outcome(["build", "--description", "/nonexistent/image.json", "-o", "x"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("/nonexistent/image.json: cannot open"))
  }
}
