// Converts a model in memory: convert MODEL.pt OUT.nnef.tar
//   cc convert.c -o convert $(pkg-config --cflags --libs pt2nnef)
#include <pt2nnef/c_api.h>
#include <stdio.h>
#include <stdlib.h>

static void* read_file(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) return NULL;
  *size = ftell(file);
  rewind(file);
  void* bytes = malloc(*size + 1);
  if (bytes) *size = fread(bytes, 1, *size, file);
  fclose(file);
  return bytes;
}

int main(int argc, char** argv) {
  size_t size;
  void* archive = argc == 3 ? read_file(argv[1], &size) : NULL;
  if (!archive) return fprintf(stderr, "usage: convert MODEL.pt OUT.nnef.tar\n"), 2;
  pt2nnef_request* request = pt2nnef_request_new();
  pt2nnef_request_set(request, "model", argv[1]);
  pt2nnef_request_set_archive(request, archive, size);
  pt2nnef_result* result = pt2nnef_convert(request);
  for (size_t i = 0; i < pt2nnef_result_causes(result); ++i) {
    fprintf(stderr, "%s\n", pt2nnef_result_cause(result, i));
  }
  const int ok = pt2nnef_result_ok(result);
  const void* model = pt2nnef_result_model(result, &size);
  FILE* out = ok ? fopen(argv[2], "wb") : NULL;
  if (out) fwrite(model, 1, size, out), fclose(out);
  if (ok) puts(pt2nnef_result_report(result));
  pt2nnef_result_free(result);
  pt2nnef_request_free(request);
  free(archive);
  return out ? 0 : 1;
}
