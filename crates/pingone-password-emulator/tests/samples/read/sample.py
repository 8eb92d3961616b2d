import requests

url = "{{apiPath}}/environments/{{envID}}/users/{{userID}}/password"

payload = {}
headers = {
  'Authorization': 'Bearer {{accessToken}}'
}

response = requests.request("GET", url, headers=headers, data=payload)

print(response.text)
