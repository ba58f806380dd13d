// Both ways between the JSON text of a boot configuration and its bytes, and every refusal.

import Bootstrap
import Bytes
import CapABI
import Foundation
import Handoff
import ImageDescription
import Testing

/// A change of a text, and the refusal that must follow.
struct BadText: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let replaced: String
  let by: String
  let error: DescriptionError

  init(_ description: String, _ replaced: String, by text: String, _ error: DescriptionError) {
    testDescription = description
    self.replaced = replaced
    by = text
    self.error = error
  }
}

struct ImageDescriptionTests {
  /// rootd and memd, shipped as the smallest boot configuration.
  let smoke: String

  init() throws {
    smoke = try Self.shipped("smoke")
  }

  /// A file of integration/boot-config.
  static func shipped(_ name: String) throws -> String {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return try String(
      contentsOf: folder.appendingPathComponent("integration/boot-config/\(name).json"),
      encoding: .utf8)
  }

  /// The refusal of a text; nil when it compiles.
  func refusal(_ text: String) -> DescriptionError? {
    do throws(DescriptionError) {
      _ = try compileBootConfig(Array(text.utf8))
      return nil
    } catch { return error }
  }

  @Test(arguments: ["smoke", "system"])
  func `a shipped boot configuration is in the printed form`(_ name: String) throws {
    let text = try Self.shipped(name)
    let bytes = try compileBootConfig(Array(text.utf8))
    #expect(try describeBootConfig(bytes) == text)
  }

  @Test func `the shipped system is launched in the order of the reference`() throws {
    let bytes = try compileBootConfig(Array(Self.shipped("system").utf8))
    let config = try BootConfig(decoding: bytes.span.rawBytes)
    let order = try config.checkRules()
    let names = (0..<order.count).compactMap { order[$0] }
      .compactMap { config.services[$0]?.role.name?.description }
    #expect(
      names == [
        "rootd", "memd", "vspaced", "pagerd", "procd", "named", "timed", "logd", "crashd",
        "irqd", "deviced", "probed", "hotplugd", "seriald", "shell", "crash-test", "drv-serial",
      ])
  }

  @Test func `every field survives the way through the text`() throws {
    let text =
      smoke
      .replacingOccurrences(
        of: "{\"debugExit\": true}",
        with: """
          {"debugExit": true, "testOperations": true, "audit": true, "forceFail": "memd",
            "leaveOut": ["smap"]}
          """
      )
      .replacingOccurrences(
        of: "  \"services\": [",
        with: "  \"fixedSeed\": \"\(String(repeating: "a7", count: 64))\",\n  \"services\": ["
      )
      .replacingOccurrences(of: "\"priority\": 200", with: "\"priority\": \"0xff\"")
    let bytes = try compileBootConfig(Array(text.utf8))
    let draft = try BootConfigDraft(decoding: bytes.span.rawBytes)
    #expect(draft.info.switches.flags == .all)
    #expect(draft.info.switches.forceFail == .memd)
    #expect(draft.info.switches.leaveOut == .smap)
    #expect(draft.info.fixedSeed?[63] == 0xA7)
    #expect(draft.services[0].entry.priority == 255)
    #expect(try compileBootConfig(Array(describeBootConfig(bytes).utf8)) == bytes)
  }

  @Test func `every truncation of the text is refused`() {
    // Long enough to have every kind of value; what is cut off always lacks its end.
    let text = Array(smoke.utf8.prefix(900))
    for length in 0...text.count {
      #expect(throws: DescriptionError.self) { try compileBootConfig(Array(text[..<length])) }
    }
  }

  @Test(arguments: BadText.syntax + BadText.fields + BadText.entries)
  func `a bad text is refused with place and reason`(_ bad: BadText) throws {
    #expect(smoke.contains(bad.replaced))
    let range = try #require(smoke.range(of: bad.replaced))
    #expect(refusal(smoke.replacingCharacters(in: range, with: bad.by)) == bad.error)
  }

  @Test(arguments: [
    ("", SyntaxProblem.expectedValue, 0), ("null", .expectedValue, 0), ("-1", .badNumber, 0),
    ("01", .badNumber, 0), ("1.5", .badNumber, 0), ("18446744073709551616", .badNumber, 0),
    ("{1}", .expectedKey, 1), ("{\"a\" 1}", .expectedColon, 5), ("[1 2]", .expectedComma, 3),
    ("{\"a\": 1, \"a\": 2}", .duplicateKey, 9), ("\"\\n\"", .badString, 2),
    ("\"\n\"", .badString, 1), ("\"a", .badString, 2), ("true false", .trailing, 5),
  ])
  func `text that is not accepted JSON is refused`(
    _ text: String, _ problem: SyntaxProblem, _ offset: Int
  ) {
    #expect(refusal(text) == .syntax(offset: offset, problem))
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    #expect(throws: DescriptionError.syntax(offset: 0, .notUTF8)) {
      try compileBootConfig([0x22, 0xFF, 0x22])
    }
  }

  @Test(arguments: [15, 16])
  func `lists are nested at most sixteen deep`(_ depth: Int) {
    let text =
      String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
    let expected: DescriptionError =
      depth < 16
      ? .field(path: "(top)", .wrongType(expected: "an object"))
      : .syntax(offset: 16, .tooDeep)
    #expect(refusal(text) == expected)
  }

  @Test func `describing bytes of another form is refused`() {
    #expect(
      throws: DescriptionError.form(
        path: "boot-config", .truncated(needed: 112, available: 3))
    ) { try describeBootConfig([1, 2, 3]) }
  }

  @Test func `programs are written by their number`() throws {
    let service = """
      , {"role": "program-1a2b", "launch": "program", "required": false, "priority": 1, \
      "affinity": 1, "budget": 4096, "cspaceSlots": 64, "syscalls": ["call"], \
      "restart": {"mode": "never"}, "validation": "ready"}
      ]
      """
    var text = try Self.shipped("system")
    let end = try #require(text.range(of: "]", options: .backwards))
    text.replaceSubrange(end, with: service)
    let bytes = try compileBootConfig(Array(text.utf8))
    #expect(try describeBootConfig(bytes).contains("\"role\": \"program-1a2b\""))
  }

  @Test func `the text for people names place and reason`() {
    #expect(
      DescriptionError.field(path: "services[0].role", .missing).description
        == "services[0].role: missing")
    #expect(
      DescriptionError.rule(.callCycle(.named, peer: .timed)).description
        == "rule broken: a cycle of calls leads from named through timed")
    #expect(
      DescriptionError.syntax(offset: 3, .trailing).description
        == "at byte 3: text after the end")
  }
  @Test(arguments: [
    (
      DescriptionError.wrongProfile(found: .smoke, expected: .release),
      "profile: the boot configuration is for smoke and the image for release"
    ),
    (.field(path: "services.x", .badKey(expected: "a name")), "services.x: the key is not a name"),
    (.form(path: "p", .truncated(needed: 112, available: 3)), "p: 3 bytes, 112 are needed"),
    (.form(path: "p", .unsupportedVersion(major: 2, minor: 0)), "p: unsupported version 2.0"),
    (.form(path: "p", .unknownFlags(offset: 9, found: 16)), "p: unknown flags 0x10 at 9"),
    (
      .form(path: "p", .tooManyEntries(table: 0, count: 65, limit: 64)),
      "p: 65 entries in table 0 are above the limit of 64"
    ),
    (
      .form(path: "p", .overlap(table: 4, entry: 1)),
      "p: entry 1 of table 4 overlaps the one before it"
    ),
    (
      .rule(
        .intakeMismatch(
          .memd,
          .wrongRights(CapSlot(rawValue: 7), found: .send | .grant, expected: .send))),
      "rule broken: start capabilities of memd differ from its intake table: slot 7 has rights "
        + "send,grant and must have send"
    ),
  ])
  func `a refusal is put into words without Swift`(_ error: DescriptionError, _ text: String) {
    #expect(error.description == text)
  }
}
