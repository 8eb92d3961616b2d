import requests
import json
url = "{{apiPath}}/environments/{{envID}}/users/{{userID}}/password"
payload = {}
headers = {
'Content-Type': 'application/vnd.pingidentity.password.unlock+json',
'Authorization': 'Bearer {{accessToken}}'
}
response = requests.request("POST", url, headers=headers, data=payload)
print(response.text)
