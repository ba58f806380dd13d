// The boot configuration on its way through build: compiled, checked, and refused with its reason.

import Testing

struct BuildBootConfigTests {
  /// Builds a dev image with a boot configuration under a name.
  private func build(_ name: String, _ contents: [UInt8]) throws -> (Outcome, [UInt8]?) {
    let folder = try TestFolder()
    var options = try folder.buildOptions()
    let index = try #require(options.firstIndex(of: "--boot-config"))
    options[index + 1] = try folder.write(name, contents)
    let before = try folder.names()
    var outcome = Outcome(options + ["-o", folder.file("boot.img")])
    #expect(try outcome.status == 0 || folder.names() == before)
    outcome.errors = outcome.errors.replacing("\(folder.path)/", with: "")
    return (outcome, try? folder.read("boot.img"))
  }

  /// What a source text is refused for.
  private func refusal(_ text: String) throws -> Outcome {
    try build("config.json", Array(text.utf8)).0
  }

  @Test func `source text gives the image of the compiled form`() throws {
    let (compiled, image) = try build("config", SmallConfig.section("dev"))
    let (source, other) = try build("config.json", Array(SmallConfig.source("dev").utf8))
    #expect(compiled == Outcome(status: 0))
    #expect(source == Outcome(status: 0))
    #expect(image != nil)
    #expect(image == other)
  }

  @Test(arguments: ["release", "smoke"])
  func `the configuration of another profile is refused`(profile: String) throws {
    let reason = "profile: the boot configuration is for \(profile) and the image for dev"
    #expect(
      try build("config", SmallConfig.section(profile)).0
        == Outcome(status: 1, errors: "boot-tool: config: \(reason)\n"))
    #expect(
      try refusal(SmallConfig.source(profile))
        == Outcome(status: 1, errors: "boot-tool: config.json: \(reason)\n"))
  }

  @Test(arguments: ["dev", "release", "smoke"])
  func `the configuration of the image's profile is taken`(profile: String) throws {
    let folder = try TestFolder()
    let options = try folder.buildOptions(profile)
    #expect(Outcome(options + ["-o", folder.file("boot.img")]) == Outcome(status: 0))
  }

  @Test func `the profile of the command line counts, not that of the description`() throws {
    let folder = try TestFolder()
    _ = try folder.buildOptions()
    let description = try folder.write(
      "image.json",
      """
      {"profile": "dev", "imageVersion": 1, "kernel": "kernel.elf", "bootConfig": "boot-config.bin"}
      """)
    let options = ["build", "--description", description, "-o", folder.file("boot.img")]
    #expect(Outcome(options).status == 0)
    let outcome = Outcome(options + ["--profile", "release"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix("configuration is for dev and the image for release\n"))
  }

  @Test(arguments: [
    ("{ text", "at 2: expected a key in quotes"), ("{}", "profile: missing"),
    ("[]", "(top): expected an object"),
    ("{\"profile\": \"dev\", \"profile\": \"dev\"}", "at 19: duplicate key"),
  ])
  func `bad source text is refused with its place`(text: String, reason: String) throws {
    #expect(
      try refusal(text) == Outcome(status: 1, errors: "boot-tool: config.json: \(reason)\n"))
  }

  @Test(arguments: [
    ("\"rootd\"", "\"nobody\"", "services[0].role: unknown name \"nobody\""),
    ("\"profile\"", "\"profil\"", "profile: missing"),
    (
      "\"priority\": 200", "\"priority\": 256",
      "services[0].priority: 256 is above the largest value, 255"
    ),
    ("\"priority\": 200", "\"priority\": 0", "rule broken: rootd has priority 0"),
    (
      "\"slot\": 1,", "\"slot\": 0,",
      "services[0].capabilities[0]: 0 is not allowed at 360"
    ),
    (
      "\"kind\": \"time\"", "\"kind\": \"power\"",
      "rule broken: start capabilities of rootd differ from its intake table: slot 2128 has kind "
        + "power and must have time"
    ),
  ])
  func `a wrong configuration is refused with its reason`(
    old: String, new: String, reason: String
  ) throws {
    let text = try SmallConfig.source("dev")
    #expect(text.contains(old))
    #expect(
      try refusal(text.replacing(old, with: new, maxReplacements: 1))
        == Outcome(status: 1, errors: "boot-tool: config.json: \(reason)\n"))
  }

  @Test func `calls that lead in a circle are refused`() throws {
    // memd tells rootd that it serves; as a call, the circle goes on to procd and back.
    let text = try SmallConfig.system()
    let tell = "{\"role\": \"rootd\", \"mode\": \"notify\", \"badge\": \"0x50002\"}"
    #expect(text.contains(tell))
    let circle = text.replacing(tell, with: tell.replacing("notify", with: "call"))
    let reason = "rule broken: a cycle of calls leads from memd through rootd"
    #expect(
      try refusal(circle) == Outcome(status: 1, errors: "boot-tool: config.json: \(reason)\n"))
  }

  @Test func `a compiled configuration that breaks a rule is refused`() throws {
    var section = try SmallConfig.section("dev")
    // The priority of the first service: header and directory of 112 bytes, fixed part of 88.
    section[112 + 88 + 3] = 0
    #expect(
      try build("config", section).0
        == Outcome(
          status: 1, errors: "boot-tool: config: rule broken: rootd has priority 0\n"))
  }

  @Test func `bytes that are no configuration are refused`() throws {
    #expect(
      try build("config", Array("configuration".utf8)).0
        == Outcome(
          status: 1, errors: "boot-tool: config: boot-config: 13 bytes, 112 are needed\n"))
  }
}
