// The one verification that verify and extract run, and that the tests run in process.

public import BootImg
import Bytes

/// What an image is verified against.
public struct ImageVerification: Sendable {
  /// The keys that may sign.
  public var keys: [TrustedKey]
  /// The profiles accepted.
  public var profiles: ProfileSet
  /// The lowest image version accepted.
  public var minimumVersion: UInt64

  /// Settings of the caller's choice.
  public init(keys: [TrustedKey], profiles: ProfileSet, minimumVersion: UInt64) {
    self.keys = keys
    self.profiles = profiles
    self.minimumVersion = minimumVersion
  }

  /// Verifies an image: structure, origin and contents.
  ///
  /// - Parameters:
  ///   - image: The whole file.
  ///   - body: Gets the verified image.
  /// - Returns: What `body` returns.
  /// - Throws: `BootImageError` of any step.
  public func run<Result>(
    _ image: [UInt8], _ body: (borrowing VerifiedBootImage) -> Result
  ) throws(BootImageError) -> Result {
    let policy = AcceptancePolicy(
      keys: keys.span, profiles: profiles, minimumVersion: minimumVersion)
    return body(try VerifiedBootImage(verifying: image.span.rawBytes, by: policy))
  }
}

extension ImageVerification {
  /// The options that choose what to verify against.
  static let options = [
    OptionSpecification("--key", "FILE", .repeated, "public key file that is trusted"),
    OptionSpecification(
      "--profile", "NAME", .repeated, "accepted profile: dev, release, smoke (default: all)"),
    OptionSpecification(
      "--minimum-version", "NUMBER", .optional, "lowest image version accepted (default: 1)"),
  ]

  /// Reads the settings and their key files.
  init(_ arguments: Arguments) throws(ToolError) {
    guard arguments.has("--key") else { throw .usage("option --key is missing") }
    var profiles: [BootProfile] = []
    for text in arguments.all("--profile") {
      profiles.append(try BootProfile(option: text))
    }
    let minimumVersion = try arguments.number("--minimum-version") ?? 1
    // No profile named means all: the tool stands in for every loader, a loader names its own.
    self.init(
      keys: try ToolFiles.trustedKeys(arguments.all("--key")),
      profiles: ProfileSet(profiles.isEmpty ? BootProfile.allCases : profiles),
      minimumVersion: minimumVersion)
  }
}

extension BootProfile {
  /// The profile that an option names.
  init(option text: String) throws(ToolError) {
    guard let profile = BootProfile(text: text) else {
      throw .usage("'\(text)' is not a profile")
    }
    self = profile
  }
}
