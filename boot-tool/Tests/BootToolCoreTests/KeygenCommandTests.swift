// keygen: modes, no overwriting, nothing secret in the output.

import BootToolCore
import Foundation
import Testing

struct KeygenCommandTests {
  @Test func `a new pair signs and verifies`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let outcome = Outcome(["keygen", folder.file("my"), "--profile", "dev"])
    #expect(outcome.status == 0)
    #expect(Outcome(["sign", image, "--key", folder.file("my.key")]).status == 0)
    let verify = Outcome(["verify", image, "--key", folder.file("my.pub")])
    #expect(verify.status == 0)
    let keyID = try #require(outcome.output.split(separator: " ").last?.dropLast())
    #expect(verify.output.contains(keyID))
  }

  @Test func `the private key is for its owner alone`() throws {
    let folder = try TestFolder()
    #expect(Outcome(["keygen", folder.file("my"), "--profile", "release"]).status == 0)
    #expect(try folder.mode("my.key") == 0o600)
    #expect(try folder.names() == ["my.key", "my.pub"])
  }

  @Test func `the private key is not printed`() throws {
    let folder = try TestFolder()
    let outcome = Outcome(["keygen", folder.file("my"), "--profile", "dev"])
    let secret = String(decoding: try folder.read("my.key"), as: UTF8.self).dropFirst(24).dropLast()
    #expect(secret.count == 64)
    #expect(!outcome.output.contains(secret))
    #expect(outcome.errors == "")
  }

  @Test func `two pairs differ`() throws {
    let folder = try TestFolder()
    for name in ["a", "b"] {
      #expect(Outcome(["keygen", folder.file(name), "--profile", "dev"]).status == 0)
    }
    #expect(try folder.read("a.key") != folder.read("b.key"))
  }

  @Test(arguments: ["my.key", "my.pub"])
  func `an existing file is kept and nothing is added`(existing: String) throws {
    let folder = try TestFolder()
    try folder.write(existing, "old")
    let outcome = Outcome(["keygen", folder.file("my"), "--profile", "dev"])
    #expect(
      outcome
        == Outcome(
          status: 1,
          errors: "boot-tool: \(folder.file(existing)): cannot publish: File exists\n"))
    #expect(try folder.read(existing) == Array("old".utf8))
    #expect(try folder.names() == [existing])
  }

  @Test func `a folder that is not there is named`() throws {
    let folder = try TestFolder()
    let outcome = Outcome(["keygen", folder.file("absent/my"), "--profile", "dev"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("absent/my.pub: cannot create: No such file or directory"))
  }

  @Test(arguments: ["", "/"])
  func `a name without a last part is a usage error`(suffix: String) throws {
    let folder = try TestFolder()
    let name = suffix.isEmpty ? "" : folder.path + suffix
    let reason = "NAME '\(name)' does not end in a file name"
    #expect(
      Outcome(["keygen", name, "--profile", "dev"])
        == Outcome(
          status: 2, errors: "boot-tool: keygen: \(reason); see boot-tool keygen --help\n"))
    #expect(try folder.names() == [])
  }

  @Test func `a profile is needed`() throws {
    let folder = try TestFolder()
    #expect(Outcome(["keygen", folder.file("my")]).status == 2)
    #expect(Outcome(["keygen", folder.file("my"), "--profile", "x"]).status == 2)
    #expect(try folder.names() == [])
  }
}
