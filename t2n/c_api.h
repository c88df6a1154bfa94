// pt2nnef for C, and through C for other languages: converts PyTorch archives to NNEF models, from
// and to files or memory. Nothing is printed and nothing throws; what is passed is never kept
// beyond what is said here.
//
//     pt2nnef_request* request = pt2nnef_request_new();
//     pt2nnef_request_set(request, "model", "resnet18.pt");
//     pt2nnef_request_set(request, "out", "resnet18.nnef.tgz");
//     pt2nnef_result* result = pt2nnef_convert(request);
//     if (!pt2nnef_result_ok(result)) puts(pt2nnef_result_cause(result, 0));
//
// Threads: calls on different handles may run at the same time, and conversions of one request too,
// as long as nobody changes it.
#ifndef T2N_C_API_H_
#define T2N_C_API_H_

#include <stddef.h>

#define PT2NNEF_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pt2nnef_request pt2nnef_request;  // what is to be converted, and how
typedef struct pt2nnef_result pt2nnef_result;    // what came of it

// "1.0.0"
PT2NNEF_API const char* pt2nnef_version(void);

// NULL if there is no memory. Free it with pt2nnef_request_free, which takes NULL too.
PT2NNEF_API pt2nnef_request* pt2nnef_request_new(void);
PT2NNEF_API void pt2nnef_request_free(pt2nnef_request* request);

// "model" and "out": paths of the archive and of the model. Any other name is that of a flag of the
// command (`pt2nnef --help=all`), without dashes, and `value` what stands behind it: "inputs",
// "f32[1,3,224,224]". A second value takes the place of the first. Flags about checks and about
// what the command says on stderr do not exist here. NULL if done; else what is wrong, valid until
// the next call with this request.
PT2NNEF_API const char* pt2nnef_request_set(pt2nnef_request* request, const char* name,
                                            const char* value);

// The archive's bytes, in the place of the path "model", whose value then is its name in messages.
// They are not copied here: they have to stay as they are while pt2nnef_convert runs.
PT2NNEF_API void pt2nnef_request_set_archive(pt2nnef_request* request, const void* bytes,
                                             size_t size);

// Converts. Without "out" the model is kept in the result: a .nnef.tar, or a .nnef.tgz with a
// "compression_level" of 1 to 9. On failure nothing changes at "out". NULL only if there is no
// memory. Free it with pt2nnef_result_free, which takes NULL too; everything that a result gives is
// valid until then.
PT2NNEF_API pt2nnef_result* pt2nnef_convert(const pt2nnef_request* request);
PT2NNEF_API void pt2nnef_result_free(pt2nnef_result* result);

// 1 if the model was converted, else 0.
PT2NNEF_API int pt2nnef_result_ok(const pt2nnef_result* result);

// Why it was not: at least one cause, each with its place in the archive. NULL behind the last one.
PT2NNEF_API size_t pt2nnef_result_causes(const pt2nnef_result* result);
PT2NNEF_API const char* pt2nnef_result_cause(const pt2nnef_result* result, size_t index);

// What should be known of a model that was converted, or may be behind a failure.
PT2NNEF_API size_t pt2nnef_result_warnings(const pt2nnef_result* result);
PT2NNEF_API const char* pt2nnef_result_warning(const pt2nnef_result* result, size_t index);

// A ConversionReport (proto/conversion.proto) as JSON; of a failure with its refusals.
PT2NNEF_API const char* pt2nnef_result_report(const pt2nnef_result* result);

// The model's bytes if it was converted without "out"; else NULL, and size 0.
PT2NNEF_API const void* pt2nnef_result_model(const pt2nnef_result* result, size_t* size);

#ifdef __cplusplus
}
#endif

#endif  // T2N_C_API_H_
