// English for the errors of key files. No text quotes the file: it may be a private key.

extension KeyFileError {
  /// Where in the file the error is.
  var offset: Int? {
    switch self {
    case .empty, .tooManyKeys: nil
    case .wrongTag(let offset), .badHexadecimal(let offset), .badProfiles(let offset),
      .missingLineFeed(let offset), .trailing(let offset), .duplicateKey(let offset),
      .invalidKey(let offset, _):
      offset
    }
  }

  /// What is wrong, as part of a sentence.
  var reason: String {
    switch self {
    case .empty: "the key file is empty"
    case .wrongTag: "the line does not begin with the tag of this kind of key"
    case .badHexadecimal: "the key is not 64 lower-case hexadecimal digits"
    case .badProfiles: "the profiles are not some of dev,release,smoke in this order"
    case .missingLineFeed: "the line has no line feed"
    case .trailing: "there is more after the private key"
    case .tooManyKeys(let limit): "there are more than \(limit) keys"
    case .duplicateKey: "the key is in the file already"
    case .invalidKey(_, let error): "not a valid public key: \(error.reason)"
    }
  }
}
