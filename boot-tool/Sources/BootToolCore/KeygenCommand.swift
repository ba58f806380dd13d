// boot-tool keygen: a new key pair. The private key goes from the system's random source to a file
// of mode 0600 and is never printed.

import BootImg
import Bytes
import Crypto
import HostFiles
import ImageDescription

/// Making keys.
enum KeygenCommand {
  static let command = Command(
    name: "keygen",
    summary: "Makes a key pair NAME.key and NAME.pub; overwrites nothing.",
    operands: ["NAME"],
    options: [
      OptionSpecification(
        "--profile", "NAME", .repeated, "a profile that the key may sign; at least one")
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let name = arguments.operand(0)
    guard !name.isEmpty, !name.hasSuffix("/") else {
      throw .usage("NAME '\(name)' does not end in a file name")
    }
    var profiles: [BootProfile] = []
    for text in arguments.all("--profile") { profiles.append(try BootProfile(option: text)) }
    guard !profiles.isEmpty else { throw .usage("option --profile is missing") }
    var seed = try newSeed()
    defer { seed = FixedBytes() }
    var key = Ed25519PrivateKey(seed: seed)
    defer { key.erase() }
    let publicKey = TrustedKey(
      publicKey: key.publicKey.bytes, profiles: ProfileSet(profiles))
    var privateText = KeyFile.privateText(seed: seed)
    defer { ToolFiles.wipe(&privateText) }
    // The public file first: whoever finds a private key file finds its public one too.
    let publicPath = name + ".pub"
    try ToolFiles.create(publicPath, KeyFile.publicText(publicKey), mode: 0o644)
    do throws(ToolError) {
      try ToolFiles.create(name + ".key", privateText, mode: 0o600)
    } catch {
      HostFile.remove(publicPath)
      throw error
    }
    return "key id \(Hexadecimal.text(publicKey.id))\n"
  }

  private static func newSeed() throws(ToolError) -> FixedBytes<32> {
    do throws(FileError) { return try HostRandom.seed() } catch {
      throw .file("system random source", offset: nil, reason: error.reason)
    }
  }
}
