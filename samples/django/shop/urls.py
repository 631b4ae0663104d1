from django.urls import path

from shop.views import billing

urlpatterns = [path("", billing)]
