// Words of the format as the command line, the description file and the output spell them.

import BootImg
import Bytes

extension BootProfile {
  /// The profile of that name; `nil` when there is none.
  init?(text: some StringProtocol) {
    guard let profile = Self.allCases.first(where: { $0.text == text }) else { return nil }
    self = profile
  }

  /// The profile's name.
  var text: String {
    switch self {
    case .dev: "dev"
    case .release: "release"
    case .smoke: "smoke"
    }
  }
}

extension ProfileSet {
  /// The set of several profiles.
  init(_ profiles: some Sequence<BootProfile>) {
    self = profiles.reduce(.none) { $0 | ProfileSet($1) }
  }

  /// The members' names, separated by commas.
  var text: String {
    BootProfile.allCases.filter(contains).map(\.text).joined(separator: ",")
  }
}

extension SectionFamily {
  /// The family's name.
  var text: String {
    switch self {
    case .kernel: "kernel"
    case .rootTask: "root-task"
    case .earlyService: "service"
    case .driver: "driver"
    case .bootConfig: "boot-config"
    case .blob: "blob"
    }
  }
}

extension SectionName {
  /// A name from text; `nil` when it is not allowed.
  init?(text: String) {
    let bytes = Array(text.utf8)
    self.init(bytes.span.rawBytes)
  }

  /// The name as text.
  var text: String {
    String(decoding: (0..<length).map { bytes[$0] }, as: UTF8.self)
  }
}
