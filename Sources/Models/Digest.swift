import COpenSSL
public import Foundation

/// The SHA-256 of `bytes`: 64 lower-case hexadecimal digits.
public func sha256(_ bytes: some ContiguousBytes) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    bytes.withUnsafeBytes { buffer in
        // Fails only where libcrypto has no SHA-256: then `length` stays 0 and the digest equals no digest.
        _ = EVP_Digest(buffer.baseAddress, buffer.count, &digest, &length, EVP_sha256(), nil)
    }
    return digest.prefix(Int(length)).map { byte in
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
}
