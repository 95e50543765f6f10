/* base/attr.h: the few compiler attributes that this code uses. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_CHECK           __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, args) __attribute__((format(printf, f, args)))
#define CLEANUP(fn)          __attribute__((cleanup(fn)))

/* Moves an owning pointer out: the variable becomes NULL, so that its cleanup does nothing. */
#define TAKE(p)                                                                                                        \
	__extension__({                                                                                                \
		__typeof__(p) taken_ = (p);                                                                            \
		(p) = NULL;                                                                                            \
		taken_;                                                                                                \
	})

#endif
