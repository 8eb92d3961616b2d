import okhttp3.*;

class Sample {
    public static void main(String[] arguments) throws Exception {
        OkHttpClient client = new OkHttpClient().newBuilder()
          .build();
        MediaType mediaType = MediaType.parse("text/plain");
        RequestBody body = RequestBody.create(mediaType, "");
        Request request = new Request.Builder()
          .url("{{apiPath}}/environments/{{envID}}/users/{{userID}}/password")
          .method("GET", body)
          .addHeader("Authorization", "Bearer {{accessToken}}")
          .build();
        Response response = client.newCall(request).execute();
    }
}
