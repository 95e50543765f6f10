#include "publish/answer.h"

static const struct {
	const char *code;
	enum answer means;
} codes[] = {
	{ "SlowDown", ANSWER_LATER },
	{ "SlowDownRead", ANSWER_LATER }, /* MinIO */
	{ "SlowDownWrite", ANSWER_LATER },
	{ "Throttling", ANSWER_LATER },
	{ "ThrottlingException", ANSWER_LATER },
	{ "TooManyRequests", ANSWER_LATER },
	{ "RequestLimitExceeded", ANSWER_LATER },
	{ "BandwidthLimitExceeded", ANSWER_LATER },
	{ "QpsLimitExceeded", ANSWER_LATER }, /* OSS */
	{ "IncompleteBody", ANSWER_LATER },
	{ "RequestTimeout", ANSWER_OPEN }, /* a 400: the body came too slowly */
	{ "InternalError", ANSWER_OPEN },
	{ "ServiceUnavailable", ANSWER_OPEN },
	{ "OperationAborted", ANSWER_OPEN },           /* another write of the same key is under way */
	{ "ConditionalRequestConflict", ANSWER_OPEN }, /* the same, with a condition */
	{ "PreconditionFailed", ANSWER_CONDITION },
	{ "FileAlreadyExists", ANSWER_CONDITION }, /* OSS: x-oss-forbid-overwrite */
	{ "NotImplemented", ANSWER_UNKNOWN_WAY },
	{ "ExcessHeaderValues", ANSWER_UNKNOWN_WAY }, /* GCS: its conditions beside x-amz-* */
	{ "MethodNotAllowed", ANSWER_METHOD },
	{ "RequestTimeTooSkewed", ANSWER_CLOCK },
	{ "RequestExpired", ANSWER_CLOCK },
	{ "ExpiredToken", ANSWER_TOKEN },
	{ "ExpiredTokenException", ANSWER_TOKEN },
	{ "TokenRefreshRequired", ANSWER_TOKEN },
	{ "SecurityTokenExpired", ANSWER_TOKEN }, /* OSS */
	{ "PermanentRedirect", ANSWER_REGION },
	{ "TemporaryRedirect", ANSWER_REGION },
	{ "Redirect", ANSWER_REGION },
	{ "AuthorizationHeaderMalformed", ANSWER_REGION },
	{ "IllegalLocationConstraintException", ANSWER_REGION },
	{ "NoSuchBucket", ANSWER_WRONG },
	{ "NoSuchKey", ANSWER_ABSENT },
	{ "NoSuchUpload", ANSWER_FAULT },
	{ "QuotaExceeded", ANSWER_WRONG },
	{ "StorageFull", ANSWER_WRONG },
	{ "XMinioStorageFull", ANSWER_WRONG },
	{ "ServerSideEncryptionConfigurationNotFoundError", ANSWER_WRONG },
};

static enum answer of_status(int status)
{
	switch (status) {
	case 301:
	case 302:
	case 307:
	case 308:
		return ANSWER_REGION;
	case 401:
	case 402:
	case 403:
	case 507:
		return ANSWER_WRONG;
	case 404:
		return ANSWER_ABSENT;
	case 405:
		return ANSWER_METHOD;
	case 408:
		return ANSWER_OPEN;
	case 409:
	case 412:
		return ANSWER_CONDITION;
	case 429:
	case 509:
		return ANSWER_LATER;
	case 501:
		return ANSWER_UNKNOWN_WAY;
	default:
		return status >= 500 ? ANSWER_OPEN : ANSWER_FAULT;
	}
}

enum answer answer_of(int status, struct slice code)
{
	for (size_t i = 0; code.n > 0 && i < COUNT(codes); i++) {
		if (slice_eqs(code, codes[i].code))
			return codes[i].means;
	}
	return status >= 200 && status < 300 && code.n == 0 ? ANSWER_GOOD : of_status(status);
}
